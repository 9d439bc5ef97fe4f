package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.classify.ClassificationMetrics;
import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.classify.Knn;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * k-NN: votes and predictions for each k of DINOv3's evaluation, votes and accuracies of DINOv1's. The votes of a DINOv1 case
 * are stored as shares of their sum.
 */
final class KnnComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("eval/knn.py KnnModule")
                || golden.source().contains("eval_knn.py knn_classifier");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        int classes = c.path("num_classes").asInt();
        int[] labels = labels(golden, "train_labels");
        List<Integer> ks = new ArrayList<>();
        c.path(c.has("ks") ? "ks" : "k").forEach(k -> ks.add(k.asInt()));
        if (golden.source().startsWith("facebookresearch/dino ")) {
            float[][] train = noisy(golden, "train_noise", labels);
            int[] truth = labels(golden, "test_labels");
            float[][] test = noisy(golden, "test_noise", truth);
            Knn.Options options = new Knn.Options(ks, c.path("T").asDouble(), Knn.Vote.EXPONENTIAL, false);
            double[][][] votes = votes(new Knn(FeatureRows.of(train), labels, classes, options), test);
            for (int i = 0; i < ks.size(); i++) {
                ClassificationMetrics metrics = new ClassificationMetrics(ClassList.numbered(classes));
                for (int n = 0; n < test.length; n++) {
                    metrics.add(votes[i][n], truth[n]);
                    double sum = Arrays.stream(votes[i][n]).sum();
                    votes[i][n] =
                            Arrays.stream(votes[i][n]).map(vote -> vote / sum).toArray();
                }
                check.expect("votes_k" + ks.get(i), new long[] {test.length, classes}, flat(votes[i]));
                check.expect("top1_top5_k" + ks.get(i), new long[] {2}, new float[] {
                    (float) (100 * metrics.top1()), (float) (100 * metrics.top5())
                });
            }
        } else {
            float[][] train = rows(golden.input("train_features"));
            boolean skip = c.path("skip_first_nn").asBoolean();
            long tests = golden.output("votes_k" + ks.get(0)).shape()[0];
            float[][] test = golden.inputNames().contains("test_features")
                    ? rows(golden.input("test_features"))
                    : Arrays.copyOf(train, (int) tests);
            Knn.Options options = new Knn.Options(ks, c.path("T").asDouble(), Knn.Vote.SOFTMAX, skip);
            Knn knn = new Knn(FeatureRows.of(train), labels, classes, options);
            double[][][] votes = votes(knn, test);
            for (int i = 0; i < ks.size(); i++) {
                check.expect("votes_k" + ks.get(i), new long[] {test.length, classes}, flat(votes[i]));
                int[] predicted = knn.predict(FeatureRows.of(test), ks.get(i));
                float[] values = new float[predicted.length];
                for (int n = 0; n < values.length; n++) {
                    values[n] = predicted[n];
                }
                check.expectLabels("pred_k" + ks.get(i), new long[] {test.length}, values);
            }
        }
    }

    /** [ks][tests][classes]. */
    private static double[][][] votes(Knn knn, float[][] test) {
        List<Integer> ks = knn.options().ks();
        double[][][] votes = new double[ks.size()][test.length][];
        knn.classify(FeatureRows.of(test), (n, k, one) -> votes[ks.indexOf(k)][n] = one);
        return votes;
    }

    /** Noise around the centre of each feature's class. */
    private static float[][] noisy(GoldenCase golden, String noise, int[] labels) {
        float[][] centres = rows(golden.input("centres"));
        float[][] rows = rows(golden.input(noise));
        for (int n = 0; n < rows.length; n++) {
            for (int i = 0; i < rows[n].length; i++) {
                rows[n][i] += centres[labels[n]][i];
            }
        }
        return rows;
    }

    private static int[] labels(GoldenCase golden, String name) {
        float[] values = golden.input(name).values();
        int[] labels = new int[values.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (int) values[i];
        }
        return labels;
    }

    private static float[][] rows(FloatArray array) {
        int dim = (int) array.shape()[1];
        float[][] rows = new float[(int) array.shape()[0]][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = Arrays.copyOfRange(array.values(), i * dim, (i + 1) * dim);
        }
        return rows;
    }

    private static float[] flat(double[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        }
        return values;
    }
}
