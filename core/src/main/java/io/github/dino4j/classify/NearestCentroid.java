package io.github.dino4j.classify;

/**
 * The class whose mean of unit features is nearest by cosine: prototypes (arXiv:1703.05175) for a handful of examples.
 * Probabilities are the softmax of cosine / temperature. Immutable.
 */
public final class NearestCentroid implements FeatureClassifier {
    private final double[][] centroids; // of unit length
    private final double temperature;

    /**
     * Means of features.
     *
     * @param labels class numbers, one a row
     * @param temperature of the softmax, such as 0.07
     * @throws IllegalArgumentException if a class has no example, or a feature is not finite
     */
    public NearestCentroid(FeatureRows train, int[] labels, int classes, double temperature) {
        int[] classOf = Labels.require(labels, train, classes);
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("the temperature is above 0, found " + temperature);
        }
        this.temperature = temperature;
        centroids = new double[classes][train.dim()];
        int[] counts = new int[classes];
        for (int i = 0; i < train.size(); i++) {
            float[] row = train.row(i);
            FeatureRows.requireFinite(row, train.dim(), i, "training");
            double norm = Math.sqrt(dot(row, row));
            for (int c = 0; c < row.length && norm > 0; c++) {
                centroids[classOf[i]][c] += row[c] / norm;
            }
            counts[classOf[i]]++;
        }
        for (int k = 0; k < classes; k++) {
            if (counts[k] == 0) {
                throw new IllegalArgumentException("class " + k + " has no example; give at least one");
            }
            scale(centroids[k]);
        }
    }

    @Override
    public int classes() {
        return centroids.length;
    }

    @Override
    public int dim() {
        return centroids[0].length;
    }

    @Override
    public double[] probabilities(float[] feature) {
        requireFeature(feature);
        double norm = Math.max(Math.sqrt(dot(feature, feature)), 1e-12);
        double[] scores = new double[classes()];
        for (int k = 0; k < scores.length; k++) {
            double cosine = 0;
            for (int c = 0; c < feature.length; c++) {
                cosine += centroids[k][c] * feature[c] / norm;
            }
            scores[k] = cosine / temperature;
        }
        return softmax(scores);
    }

    static double[] softmax(double[] scores) {
        double top = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            top = Math.max(top, score);
        }
        double sum = 0;
        double[] shares = new double[scores.length];
        for (int k = 0; k < scores.length; k++) {
            shares[k] = Math.exp(scores[k] - top);
            sum += shares[k];
        }
        for (int k = 0; k < shares.length; k++) {
            shares[k] /= sum;
        }
        return shares;
    }

    private static void scale(double[] vector) {
        double squares = 0;
        for (double value : vector) {
            squares += value * value;
        }
        double norm = Math.max(Math.sqrt(squares), 1e-12);
        for (int c = 0; c < vector.length; c++) {
            vector[c] /= norm;
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int c = 0; c < a.length; c++) {
            sum += (double) a[c] * b[c];
        }
        return sum;
    }
}
