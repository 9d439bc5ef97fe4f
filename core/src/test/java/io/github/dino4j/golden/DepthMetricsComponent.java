package io.github.dino4j.golden;

import io.github.dino4j.depth.DepthMetrics;
import io.github.dino4j.testkit.GoldenCase;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ten metrics of depth. The case gives the prediction, or the noise that makes one from the truth. */
final class DepthMetricsComponent implements GoldenComponent {
    private static final Pattern NOISY = Pattern.compile("clamp\\(\\|gt\\| \\* noise, min ([0-9.e-]+)\\)");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("eval/depth/metrics.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        float[] truth = golden.input("gt").values();
        float[] valid = golden.input("valid_mask").values();
        boolean[] mask = new boolean[valid.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = valid[i] != 0;
        }

        Map<String, ?> metrics =
                DepthMetrics.of(prediction(golden, truth), truth, mask).toMap();

        for (GoldenCase.Output output : golden.outputs()) {
            double value = ((Number) Objects.requireNonNull(metrics.get(output.name()))).doubleValue();
            check.expect(output.name(), new long[0], new float[] {(float) value});
        }
    }

    private static float[] prediction(GoldenCase golden, float[] truth) {
        if (golden.inputNames().contains("pred")) {
            return golden.input("pred").values();
        }
        String rule = golden.config().path("pred").asText();
        Matcher noisy = NOISY.matcher(rule);
        if (!noisy.matches()) {
            throw new IllegalArgumentException(golden.name() + ": no prediction is made by '" + rule + "'");
        }
        float least = Float.parseFloat(noisy.group(1));
        float[] noise = golden.input("noise").values();
        float[] prediction = new float[truth.length];
        for (int i = 0; i < truth.length; i++) {
            prediction[i] = Math.max(least, Math.abs(truth[i]) * noise[i]);
        }
        return prediction;
    }
}
