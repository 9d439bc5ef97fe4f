package io.github.dino4j.compare;

import io.github.dino4j.image.RgbImage;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How far a model's class token turns when photos get worse.
 *
 * @param cosines with the clean photo's, mean over photos, by severity from 1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Robustness(Map<Corruption, double[]> cosines) {
    static Robustness of(Contender one, List<RgbImage> photos, List<float[]> clean) {
        Map<Corruption, double[]> cosines = new EnumMap<>(Corruption.class);
        for (Corruption corruption : Corruption.values()) {
            double[] mean = new double[Corruption.SEVERITIES];
            for (int severity = 1; severity <= Corruption.SEVERITIES; severity++) {
                for (int i = 0; i < photos.size(); i++) {
                    float[] worse = one.features(corruption.apply(photos.get(i), severity, i))
                            .embedding();
                    mean[severity - 1] += cosine(clean.get(i), worse) / photos.size();
                }
            }
            cosines.put(corruption, mean);
        }
        return new Robustness(cosines);
    }

    /** Over everything. */
    public double mean() {
        return cosines.values().stream()
                .flatMapToDouble(java.util.Arrays::stream)
                .average()
                .orElse(Double.NaN);
    }

    static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
