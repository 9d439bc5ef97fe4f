package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.onnx.Graph.Attribute;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.StateDict;
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
        int prefix = 1 + config.registers();
        int half = config.headDim() / 2;
        if (options.size() instanceof OnnxOptions.Size.Fixed fixed) {
            Positions.Angles angles = Positions.rotary(
                    weights, config, rope, fixed.height() / config.patch(), fixed.width() / config.patch());
            int tokens = prefix + angles.cos().length / half;
            float[] cos = new float[tokens * half];
            float[] sin = new float[tokens * half];
            java.util.Arrays.fill(cos, 0, prefix * half, 1);
            System.arraycopy(angles.cos(), 0, cos, prefix * half, angles.cos().length);
            System.arraycopy(angles.sin(), 0, sin, prefix * half, angles.sin().length);
            if (fused) {
                return new RotaryGraph(
                        graph,
                        config,
                        true,
                        graph.constant("rope.cos", Values.floats(cos, tokens, half)),
                        graph.constant("rope.sin", Values.floats(sin, tokens, half)));
            }
            return new RotaryGraph(
                    graph,
                    config,
                    false,
                    graph.constant("rope.cos", Values.floats(doubled(cos, half, 1), tokens, 2L * half)),
                    graph.constant("rope.sin", Values.floats(doubled(sin, half, -1), tokens, 2L * half)));
        }
        throw new UnsupportedOperationException("dynamic");
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
