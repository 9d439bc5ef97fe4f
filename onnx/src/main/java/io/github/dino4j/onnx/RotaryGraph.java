package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.onnx.Graph.Attribute;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.util.Arrays;
import java.util.List;

/**
 * Rotary positions in the graph: one table for all blocks, with a row for each token. Class token and registers do not
 * turn: their rows are cos 1, sin 0, so that no tensor is cut.
 *
 * @param cos as the operator wants it: [N, d/2] of ONNX Runtime's, else [N, d]
 * @param sin alike; for the standard operators its first half is negative
 */
record RotaryGraph(Graph graph, VitConfig config, boolean fused, String cos, String sin) {

    /** Adds the tables; {@code map} is the patch map [B, C, h, w], whose size counts when the export leaves it open. */
    static RotaryGraph of(
            Graph graph, VitConfig config, Position.Rope rope, StateDict weights, OnnxOptions options, String map) {
        if (rope.config().dtype() != DType.F32) {
            throw new IllegalArgumentException(
                    "rotary positions in " + rope.config().dtype()
                            + " cannot be written as ONNX: no published model has them. Build the model with float32 tables.");
        }
        boolean fused = options.operators() == OnnxOptions.Operators.ONNX_RUNTIME;
        if (options.size() instanceof OnnxOptions.Size.Fixed fixed) {
            return fixed(graph, config, fused, new Positions(weights, config, fixed).of(rope));
        }
        float[] periods = weights.find("rope_embed.periods")
                .map(StoredTensor::toFloats)
                .orElseGet(() -> rope.config().periods().values(config.headDim()));
        return open(graph, config, fused, rope.config().coordinates(), periods, map);
    }

    private static RotaryGraph fixed(Graph graph, VitConfig config, boolean fused, Positions.Angles angles) {
        int half = config.headDim() / 2;
        int front = (1 + config.registers()) * half;
        float[] cos = new float[front + angles.cos().length];
        float[] sin = new float[front + angles.sin().length];
        Arrays.fill(cos, 0, front, 1);
        System.arraycopy(angles.cos(), 0, cos, front, angles.cos().length);
        System.arraycopy(angles.sin(), 0, sin, front, angles.sin().length);
        int width = fused ? half : 2 * half;
        return new RotaryGraph(
                graph,
                config,
                fused,
                table(graph, "rope.cos", fused ? cos : doubled(cos, half, 1), width),
                table(graph, "rope.sin", fused ? sin : doubled(sin, half, -1), width));
    }

    private static String table(Graph graph, String name, float[] values, int width) {
        return graph.constant(name, Values.floats(values, values.length / width, width));
    }

    /** {@link RotaryEmbedding#at} as a graph, step by step. */
    private static RotaryGraph open(
            Graph graph,
            VitConfig config,
            boolean fused,
            RotaryEmbedding.Coordinates coordinates,
            float[] periods,
            String map) {
        String h = graph.shape("rope.h", map, 2, 3);
        String w = graph.shape("rope.w", map, 3, 4);
        String both = switch (coordinates) {
            case SEPARATE -> "";
            case MAX -> graph.add("Max", "rope.divisor", List.of(h, w));
            case MIN -> graph.add("Min", "rope.divisor", List.of(h, w));
        };
        String grid = graph.concat("rope.grid", 0, h, w, graph.integers(1, 1));
        String period = graph.constant("rope_embed.periods", Values.floats(periods, periods.length));
        String y = angles(graph, "rope.y", h, both.isEmpty() ? h : both, period, grid, -1, 1, 1, 1);
        String x = angles(graph, "rope.x", w, both.isEmpty() ? w : both, period, grid, 1, -1, 1, 1);
        int half = config.headDim() / 2;
        String angles = graph.reshape("rope.angles", graph.concat("rope.pairs", 2, y, x), -1, half);
        String cos = graph.add("Cos", "rope.turning.cos", List.of(angles));
        String sin = graph.add("Sin", "rope.turning.sin", List.of(angles));
        int prefix = 1 + config.registers();
        float[] ones = new float[prefix * half];
        Arrays.fill(ones, 1);
        cos = graph.concat("rope.cos", 0, table(graph, "rope.front.cos", ones, half), cos);
        sin = graph.concat("rope.sin", 0, table(graph, "rope.front.sin", new float[prefix * half], half), sin);
        if (!fused) {
            cos = graph.concat("rope.cos.doubled", -1, cos, cos);
            sin = graph.concat("rope.sin.doubled", -1, graph.add("Neg", "rope.sin.negative", List.of(sin)), sin);
        }
        return new RotaryGraph(graph, config, fused, cos, sin);
    }

    /** Angles of the centres along one axis, spread over the grid [h, w, 1, d/4]. */
    private static String angles(
            Graph graph, String name, String length, String divisor, String period, String grid, long... axis) {
        String end = graph.add("Squeeze", name + ".end", List.of(length));
        String index = graph.add("Range", name + ".index", List.of(graph.integer(0), end, graph.integer(1)));
        String centre = graph.sum(name + ".centre", graph.real(name + ".index.real", index), graph.real(0.5));
        String unit = graph.add("Div", name + ".unit", List.of(centre, graph.real(name + ".divisor.real", divisor)));
        String doubled = graph.product(name + ".doubled", unit, graph.real(2));
        String coordinate =
                graph.reshape(name + ".coordinate", graph.sum(name + ".shifted", doubled, graph.real(-1)), axis);
        String turned = graph.product(name + ".turned", coordinate, graph.real(2 * Math.PI));
        String angle = graph.add("Div", name + ".angle", List.of(turned, period));
        return graph.add("Expand", name, List.of(angle, grid));
    }

    /** Each row [a] as [sign * a, a]. */
    private static float[] doubled(float[] rows, int width, int sign) {
        float[] doubled = new float[2 * rows.length];
        for (int i = 0; i < rows.length; i++) {
            int start = i / width * 2 * width + i % width;
            doubled[start] = sign * rows[i];
            doubled[start + width] = rows[i];
        }
        return doubled;
    }

    /** Turns q or k: [B, N, C] by ONNX Runtime's operator, [B, heads, N, d] by standard ones. */
    String turn(String name, String x) {
        if (fused) {
            return graph.add(
                    "RotaryEmbedding",
                    name + ".turned",
                    List.of(x, graph.integers(0), cos, sin),
                    new Attribute("interleaved", 0L),
                    new Attribute("num_heads", (long) config.heads()));
        }
        // (a, b) cos + (b, a) (-sin, sin) = (a cos - b sin, b cos + a sin)
        List<String> halves = graph.split(name + ".halves", x, -1, 2);
        String swapped = graph.concat(name + ".swapped", -1, halves.get(1), halves.get(0));
        return graph.sum(
                name + ".turned", graph.product(name + ".cos", x, cos), graph.product(name + ".sin", swapped, sin));
    }
}
