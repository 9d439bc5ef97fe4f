package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.onnx.Graph.Attribute;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The forward pass of a vision transformer as an ONNX graph: {@code backbone.VisionTransformer}, line by line, for
 * {@code pixels} [B, channels, H, W] to {@code cls} [B, C], {@code patches} [B, P, C] and {@code registers} [B, R, C].
 *
 * <p>Tokens stay [B, N, C]. What can be known at export is folded into the weights: LayerScale, the attention's scale,
 * the mask of the key bias. Constants keep the official names of the weights they come from.
 */
final class VisionTransformerGraph {
    static final String PIXELS = "pixels";
    private static final long TO_THE_END = Long.MAX_VALUE;

    private final VitConfig config;
    private final StateDict weights;
    private final OnnxOptions options;
    private final Graph graph = new Graph();
    private final Layers layers;
    private final int prefix;

    private VisionTransformerGraph(VitConfig config, StateDict weights, OnnxOptions options) {
        this.config = config;
        this.weights = weights;
        this.options = options;
        layers = new Layers(graph, weights, options);
        prefix = 1 + config.registers();
    }

    static Graph of(VitConfig config, StateDict weights, OnnxOptions options) {
        return new VisionTransformerGraph(config, weights, options).build();
    }

    private Graph build() {
        long channels = config.inChannels();
        Object patches = "patches";
        Object tokens = "tokens";
        if (options.size() instanceof OnnxOptions.Size.Fixed fixed) {
            graph.inputs.add(port(PIXELS, "batch", channels, (long) fixed.height(), (long) fixed.width()));
            patches = (long) fixed.height() / config.patch() * (fixed.width() / config.patch());
            tokens = prefix + (long) patches;
        } else {
            graph.inputs.add(port(PIXELS, "batch", channels, "height", "width"));
        }
        String x = embed();
        graph.shapes.add(port(x, "batch", tokens, (long) config.dim()));
        Optional<RotaryGraph> rotary = config.position() instanceof Position.Rope rope
                ? Optional.of(RotaryGraph.of(graph, config, rope, weights, options, "patch_embed"))
                : Optional.empty();
        for (int i = 0; i < config.depth(); i++) {
            x = block("blocks." + i + ".", x, rotary);
        }
        outputs(x);
        long dim = config.dim();
        graph.outputs.add(port("cls", "batch", dim));
        graph.outputs.add(port("patches", "batch", patches, dim));
        if (config.registers() > 0) {
            graph.outputs.add(port("registers", "batch", (long) config.registers(), dim));
        }
        return graph;
    }

    private static Graph.Port port(String name, Object... axes) {
        return new Graph.Port(name, List.of(axes));
    }

    // ------------------------------------------------------------------------------------------------ tokens

    /** Patches as tokens, with class token and registers in front and learned positions added. */
    private String embed() {
        StoredTensor kernel = weights.get("patch_embed.proj.weight");
        long patch = config.patch();
        boolean open = options.size() instanceof OnnxOptions.Size.Dynamic;
        String map = graph.add(
                "Conv",
                "patch_embed",
                List.of(
                        open && config.remainder() == VitConfig.Remainder.REFUSE ? wholePatches() : PIXELS,
                        graph.constant("patch_embed.proj.weight", Values.stored(kernel, kernel.shape())),
                        layers.vector("patch_embed.proj.bias")),
                new Attribute("kernel_shape", new long[] {patch, patch}),
                new Attribute("strides", new long[] {patch, patch}));
        String patches = graph.transpose(
                "patch_embed.tokens", graph.reshape("patch_embed.flat", map, 0, config.dim(), -1), 0, 2, 1);
        float[] front = front();
        if (config.position() instanceof Position.LearnedGrid grid) {
            PositionTable positions = PositionTable.of(graph, config, grid, weights, options, map);
            for (int c = 0; c < config.dim(); c++) {
                front[c] += positions.cls()[c];
            }
            patches = graph.sum("positions", patches, positions.patches());
        }
        String shape = graph.concat(
                "front.shape", 0, graph.shape("batch", PIXELS, 0, 1), graph.integers(prefix, config.dim()));
        String repeated = graph.add(
                "Expand",
                "front.repeated",
                List.of(graph.constant("front", Values.floats(front, 1, prefix, config.dim())), shape));
        return graph.concat("tokens", 1, repeated, patches);
    }

    /**
     * The pixels, if both sides are multiples of the patch, as v2 demands: else this reshape does not add up, and its
     * name, which the runtime tells, is the message.
     */
    private String wholePatches() {
        String patch = graph.integer(config.patch());
        String rows = graph.add("Div", "whole.rows", List.of(graph.shape("sides", PIXELS, 2, 4), patch));
        String shape = graph.concat(
                "whole.shape", 0, graph.integers(0, config.inChannels()), graph.product("whole.sides", rows, patch));
        return graph.add("Reshape", "image_sides_must_be_multiples_of_" + config.patch(), List.of(PIXELS, shape));
    }

    /** Class token and registers, [1 + R, C]. */
    private float[] front() {
        float[] front = Arrays.copyOf(weights.get("cls_token").toFloats(), prefix * config.dim());
        if (config.registers() > 0) {
            float[] registers = weights.get(config.registersName()).toFloats();
            System.arraycopy(registers, 0, front, config.dim(), registers.length);
        }
        return front;
    }

    private void outputs(String x) {
        String normed = norm("norm", x);
        String front = config.untiedClsNorm() ? norm("cls_norm", graph.slice("front.last", x, 1, 0, prefix)) : normed;
        graph.slice("patches", normed, 1, prefix, TO_THE_END);
        graph.add("Gather", "cls", List.of(front, graph.integer(0)), new Attribute("axis", 1L));
        if (config.registers() > 0) {
            graph.slice("registers", front, 1, 1, prefix);
        }
    }

    private String norm(String name, String x) {
        return layers.norm(name, config.norm(), x);
    }

    // ------------------------------------------------------------------------------------------------ blocks

    private String block(String at, String x, Optional<RotaryGraph> rotary) {
        String mixed = attention(at, norm(at + "norm1", x), rotary);
        String y = graph.sum(at + "sum1", x, mixed);
        return graph.sum(at + "sum2", y, feedForward(at, norm(at + "norm2", y)));
    }

    private String attention(String at, String x, Optional<RotaryGraph> rotary) {
        boolean fused = options.operators() == OnnxOptions.Operators.ONNX_RUNTIME;
        int dim = config.dim();
        // Turning q leaves its length alone, so the scale of the scores can stand in its weights.
        double scale = fused ? 1 : 1 / Math.sqrt(config.headDim());
        String qkv = layers.queryKeyValue(at + "attn.qkv", x, scale);
        List<String> parts = graph.split(at + "attn.parts", qkv, -1, 3);
        String q = parts.get(0);
        String k = parts.get(1);
        String v = parts.get(2);
        String mixed;
        if (fused) {
            mixed = graph.add(
                    "MultiHeadAttention",
                    at + "attn.mixed",
                    List.of(turn(rotary, at + "attn.q", q), turn(rotary, at + "attn.k", k), v),
                    new Attribute("num_heads", (long) config.heads()));
        } else {
            q = turn(rotary, at + "attn.q", heads(at + "attn.q", q));
            k = turn(rotary, at + "attn.k", heads(at + "attn.k", k));
            v = heads(at + "attn.v", v);
            String scores = graph.matmul(at + "attn.scores", q, graph.transpose(at + "attn.k.columns", k, 0, 1, 3, 2));
            String shares = graph.add("Softmax", at + "attn.shares", List.of(scores), new Attribute("axis", -1L));
            String y = graph.matmul(at + "attn.mixed", shares, v);
            mixed = graph.reshape(at + "attn.joined", graph.transpose(at + "attn.rows", y, 0, 2, 1, 3), 0, 0, dim);
        }
        return scaled(at + "attn.proj", at + "ls1", mixed);
    }

    private static String turn(Optional<RotaryGraph> rotary, String name, String x) {
        return rotary.isPresent() ? rotary.get().turn(name, x) : x;
    }

    /** [B, N, C] to [B, heads, N, d]. */
    private String heads(String name, String x) {
        return graph.transpose(
                name + ".heads", graph.reshape(name + ".split", x, 0, 0, config.heads(), config.headDim()), 0, 2, 1, 3);
    }

    private String feedForward(String at, String x) {
        Ffn ffn = config.ffn();
        if (ffn instanceof Ffn.Mlp) {
            String hidden = layers.linear(at + "mlp.fc1", x);
            return scaled(at + "mlp.fc2", at + "ls2", graph.add("Gelu", at + "mlp.gelu", List.of(hidden)));
        }
        boolean packed = ffn instanceof Ffn.PackedSwiGlu;
        int width = ffn.hidden();
        String gate =
                packed ? layers.rows(at + "mlp.w12", 0, width, at + "mlp.w1", x) : layers.linear(at + "mlp.w1", x);
        String value =
                packed ? layers.rows(at + "mlp.w12", width, width, at + "mlp.w2", x) : layers.linear(at + "mlp.w2", x);
        String silu = graph.product(at + "mlp.silu", gate, graph.add("Sigmoid", at + "mlp.sigmoid", List.of(gate)));
        return scaled(at + "mlp.w3", at + "ls2", graph.product(at + "mlp.gated", silu, value));
    }

    /** The last linear layer of a branch and its LayerScale. */
    private String scaled(String name, String scaleName, String x) {
        return config.layerScale() ? layers.scaled(name, scaleName, x) : layers.linear(name, x);
    }
}
