package io.github.dino4j.backbone;

import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Every stage of a backbone with its output shape, parameters and multiply-adds, taken from a forward pass of the very
 * model on shapes alone: nothing is computed and no memory for weights is needed.
 *
 * @param input shape of the images [B, channels, H, W]
 * @param parameters trainable values of the whole backbone, those outside the stages (tokens) included
 */
public record TensorFlow(List<Long> input, List<Stage> stages, long parameters) {

    /**
     * One stage.
     *
     * @param name prefix of its weights
     * @param shape of its output
     * @param parameters trainable values under that prefix
     * @param macs multiply-adds for the whole batch
     */
    public record Stage(String name, List<Long> shape, long parameters, long macs) {}

    /** Flow of {@code batch} images of {@code height} x {@code width} pixels. */
    public static TensorFlow of(BackboneConfig config, int batch, int height, int width) {
        return of(List.of((long) batch, (long) config.inChannels(), (long) height, (long) width), p -> {
            Backbone backbone = Backbone.of(config, p);
            return backbone::forward;
        });
    }

    /**
     * Flow of any model.
     *
     * @param input shape of the images
     * @param model builds it over weights without values; what it gives is run once
     */
    public static TensorFlow of(List<Long> input, Function<Parameters, Consumer<Tensor>> model) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters shapes = new ShapeParameters(arena);
            Consumer<Tensor> built = model.apply(Parameters.of(shapes));
            Tensor pixels = Tensor.empty(
                    DType.F32,
                    Device.META,
                    input.stream().mapToLong(size -> size).toArray());
            Map<String, Long> sizes = sizes(shapes);
            List<Stage> stages = new ArrayList<>();
            try (Trace trace = Trace.start()) {
                built.accept(pixels);
                for (Trace.Stage stage : trace.stages()) {
                    stages.add(new Stage(stage.name(), stage.shape(), under(stage.name(), sizes), stage.macs()));
                }
            }
            long total = sizes.values().stream().mapToLong(size -> size).sum();
            return new TensorFlow(input, stages, total);
        }
    }

    /** Trainable values of a backbone. */
    public static long parameters(BackboneConfig config) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters shapes = new ShapeParameters(arena);
            Backbone.of(config, Parameters.of(shapes));
            return sizes(shapes).values().stream().mapToLong(size -> size).sum();
        }
    }

    /** Multiply-adds of all stages for the whole batch; floating-point operations are twice as many. */
    public long macs() {
        return stages.stream().mapToLong(Stage::macs).sum();
    }

    private static Map<String, Long> sizes(ShapeParameters shapes) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        shapes.shapes().forEach((name, shape) -> {
            if (isTrained(name)) {
                long size = 1;
                for (long s : shape) {
                    size *= s;
                }
                sizes.put(name, size);
            }
        });
        return sizes;
    }

    /** Buffers lie among the weights, but no optimiser touches them. */
    private static boolean isTrained(String name) {
        return !name.endsWith("bias_mask")
                && !name.endsWith("rope_embed.periods")
                && !name.endsWith("running_mean")
                && !name.endsWith("running_var")
                && !name.endsWith("num_batches_tracked");
    }

    private static long under(String prefix, Map<String, Long> sizes) {
        String weights = prefix.replaceFirst(" \\(.*", "") + "."; // what follows in brackets names the output
        return sizes.entrySet().stream()
                .filter(e -> e.getKey().startsWith(weights))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
