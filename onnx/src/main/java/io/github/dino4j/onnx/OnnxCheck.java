package io.github.dino4j.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.export.ExportException;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/** Runs an exported file in ONNX Runtime beside our own model, on seeded noise, and tells how far they are apart. */
public final class OnnxCheck {
    private static final long SEED = 20_240_117;

    private OnnxCheck() {}

    /** A batch of images of one size. */
    public record Images(int batch, int height, int width) {
        @Override
        public String toString() {
            return batch + " x " + height + " x " + width;
        }
    }

    /**
     * What may differ.
     *
     * @param maxAbs largest difference of two values, after the final norm
     * @param worstCosine smallest cosine of a token with its peer
     */
    public record Tolerance(double maxAbs, double worstCosine) {
        /** The same arithmetic in another order. */
        public static final Tolerance FLOAT32 = new Tolerance(1e-3, 0.99999);

        /** Rounded weights and activations: a token may turn a little, and no single value says much. */
        public static final Tolerance INT8 = new Tolerance(Double.POSITIVE_INFINITY, 0.98);
    }

    /**
     * How far one output is from ours.
     *
     * @param maxAbs largest difference of two values
     * @param cosine of all values at once
     * @param worstToken smallest cosine of a token with its peer
     */
    public record Difference(Images images, String output, double maxAbs, double cosine, double worstToken) {
        boolean within(Tolerance tolerance) { // a NaN is not
            return maxAbs <= tolerance.maxAbs && worstToken >= tolerance.worstCosine;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s of %s: max abs %.2e, cosine %.7f, worst token %.7f",
                    output,
                    images,
                    maxAbs,
                    cosine,
                    worstToken);
        }
    }

    /** All outputs of all batches. */
    public record Report(List<Difference> differences, Tolerance tolerance) {
        public Report {
            differences = List.copyOf(differences);
        }

        public boolean passed() {
            return differences.stream().allMatch(difference -> difference.within(tolerance));
        }

        /** Largest difference of two values. */
        public double maxAbs() {
            return differences.stream().mapToDouble(Difference::maxAbs).max().orElse(0);
        }

        /** Smallest cosine of a token with its peer. */
        public double worstToken() {
            return differences.stream()
                    .mapToDouble(Difference::worstToken)
                    .min()
                    .orElse(1);
        }

        /** Throws {@link ExportException} with what is beyond the tolerance. */
        void requirePassed(Path file) {
            List<Difference> failed = differences.stream()
                    .filter(difference -> !difference.within(tolerance))
                    .toList();
            if (!failed.isEmpty()) {
                throw new ExportException(String.format(
                        Locale.ROOT,
                        "%s: ONNX Runtime does not compute what Dino4J computes, so the file was not published. Allowed is"
                                + " max abs %.0e and a cosine of %.5f for every token; found:%n  %s",
                        file,
                        tolerance.maxAbs,
                        tolerance.worstCosine,
                        String.join(
                                System.lineSeparator() + "  ",
                                failed.stream().map(Difference::toString).toList())));
            }
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d outputs compared in ONNX Runtime: max abs %.2e, worst token cosine %.7f",
                    differences.size(),
                    maxAbs(),
                    worstToken());
        }
    }

    /**
     * Compares a file with the model it was exported from.
     *
     * @throws ExportException if ONNX Runtime cannot load or run the file
     */
    public static Report compare(Path file, Model model, List<Images> batches, Tolerance tolerance) {
        return compare(file, forward(model), batches, tolerance);
    }

    /** Our own numbers: outputs by name for images [B, 3, H, W]. */
    interface Forward {
        Map<String, float[]> run(float[] pixels, long... shape);
    }

    static Forward forward(Model model) {
        return (pixels, shape) -> model.run(backbone -> outputs(backbone, pixels, shape));
    }

    static Forward forward(Backbone backbone) {
        return (pixels, shape) -> {
            try (Scope scope = Scope.inference()) {
                return outputs(backbone, pixels, shape);
            }
        };
    }

    private static Map<String, float[]> outputs(Backbone backbone, float[] pixels, long... shape) {
        Tokens tokens = backbone.forward(Tensor.of(pixels, shape)).normed();
        return Map.of(
                "cls", tokens.cls().toFloats(),
                "patches", tokens.patches().toFloats(),
                "registers", tokens.registers().toFloats());
    }

    /** What an export is tried on: batches of one and more, and several sizes where it takes several. */
    static List<Images> images(VitConfig config, OnnxOptions.Size size) {
        if (size instanceof OnnxOptions.Size.Fixed fixed) {
            return List.of(new Images(1, fixed.height(), fixed.width()), new Images(3, fixed.height(), fixed.width()));
        }
        int patch = config.patch();
        List<Images> images = new ArrayList<>(List.of(
                new Images(1, 4 * patch, 4 * patch),
                new Images(2, 5 * patch, 3 * patch),
                new Images(1, 2 * patch, 7 * patch)));
        if (config.position() instanceof Position.LearnedGrid grid) {
            images.add(new Images(1, grid.side() * patch, grid.side() * patch)); // where positions stay as they are
        }
        return images;
    }

    static Report compare(Path file, Forward ours, List<Images> batches, Tolerance tolerance) {
        List<Difference> differences = new ArrayList<>();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(file.toString(), options)) {
            long channels = channels(session);
            for (Images images : batches) {
                long[] shape = {images.batch, channels, images.height, images.width};
                float[] pixels = noise(Math.toIntExact(channels * images.batch * images.height * images.width));
                Map<String, float[]> expected = ours.run(pixels, shape);
                for (Map.Entry<String, Output> output :
                        theirs(environment, session, pixels, shape).entrySet()) {
                    differences.add(difference(
                            images,
                            output.getKey(),
                            output.getValue(),
                            expected.getOrDefault(output.getKey(), new float[0])));
                }
            }
        } catch (OrtException e) {
            throw new ExportException(file + ": ONNX Runtime refuses it: " + e.getMessage(), e);
        }
        return new Report(differences, tolerance);
    }

    private static long channels(OrtSession session) throws OrtException {
        NodeInfo input = session.getInputInfo().get("pixels");
        if (input == null || !(input.getInfo() instanceof TensorInfo tensor)) {
            throw new ExportException("no input 'pixels', only " + session.getInputNames());
        }
        return tensor.getShape()[1];
    }

    @SuppressWarnings("ArrayRecordComponent") // of this class only, never compared
    record Output(float[] values, int width) {}

    static Map<String, Output> theirs(OrtEnvironment environment, OrtSession session, float[] pixels, long... shape)
            throws OrtException {
        Map<String, Output> outputs = new LinkedHashMap<>();
        try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(pixels), shape);
                OrtSession.Result result = session.run(Map.of("pixels", input))) {
            for (Map.Entry<String, OnnxValue> entry : result) {
                OnnxTensor tensor = (OnnxTensor) entry.getValue();
                long[] axes = tensor.getInfo().getShape();
                FloatBuffer buffer = tensor.getFloatBuffer();
                float[] values = new float[buffer.remaining()];
                buffer.get(values);
                outputs.put(entry.getKey(), new Output(values, (int) axes[axes.length - 1]));
            }
        }
        return outputs;
    }

    private static Difference difference(Images images, String name, Output found, float[] expected) {
        float[] values = found.values;
        if (values.length != expected.length) {
            throw new ExportException("output '" + name + "' of " + images + " has " + values.length
                    + " values in ONNX Runtime, " + expected.length + " in Dino4J");
        }
        double maxAbs = 0;
        for (int i = 0; i < values.length; i++) {
            maxAbs = Math.max(maxAbs, Math.abs((double) values[i] - expected[i]));
        }
        double worst = 1;
        for (int start = 0; start < values.length; start += found.width) {
            worst = Math.min(worst, cosine(values, expected, start, start + found.width));
        }
        return new Difference(images, name, maxAbs, cosine(values, expected, 0, values.length), worst);
    }

    private static double cosine(float[] a, float[] b, int start, int end) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = start; i < end; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    private static float[] noise(int length) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
