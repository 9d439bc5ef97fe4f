package io.github.dino4j.onnx;

import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.onnx.Graph.Attribute;
import io.github.dino4j.weights.StateDict;
import java.util.Arrays;
import java.util.List;

/**
 * Learned positions in the graph.
 *
 * @param cls of the class token [C]
 * @param patches name of those of the patches [1, P, C]
 */
@SuppressWarnings("ArrayRecordComponent") // of this package only, never compared
record PositionTable(float[] cls, String patches) {

    /** Adds the table; {@code map} is the patch map [B, C, h, w], whose size counts when the export leaves it open. */
    static PositionTable of(
            Graph graph,
            VitConfig config,
            Position.LearnedGrid grid,
            StateDict weights,
            OnnxOptions options,
            String map) {
        int dim = config.dim();
        float[] positions = options.size() instanceof OnnxOptions.Size.Fixed fixed
                ? new Positions(weights, config, fixed).of(grid)
                : weights.get("pos_embed").toFloats();
        float[] cls = Arrays.copyOf(positions, dim);
        float[] rest = Arrays.copyOfRange(positions, dim, positions.length);
        if (options.size() instanceof OnnxOptions.Size.Fixed) {
            return new PositionTable(
                    cls, graph.constant("pos_embed.patches", Values.floats(rest, 1, rest.length / dim, dim)));
        }
        int side = grid.side();
        String cells = graph.constant("pos_embed.grid", Values.floats(channelsFirst(rest, dim), 1, dim, side, side));
        String resampled = resample(graph, grid, cells, dim, map);
        return new PositionTable(
                cls,
                graph.transpose("pos_embed.patches", graph.reshape("pos_embed.flat", resampled, 1, dim, -1), 0, 2, 1));
    }

    /** {@link io.github.dino4j.backbone.PositionGrid#at} as a graph. */
    private static String resample(Graph graph, Position.LearnedGrid grid, String cells, int dim, String map) {
        String target = graph.shape("pos_embed.target", map, 2, 4);
        boolean antialias = grid.resample().antialias();
        Attribute[] bicubic = {
            new Attribute("mode", "cubic"),
            new Attribute("coordinate_transformation_mode", "half_pixel"),
            new Attribute("antialias", antialias ? 1L : 0L),
            new Attribute("exclude_outside", antialias ? 1L : 0L),
            new Attribute("cubic_coeff_a", antialias ? -0.5f : -0.75f) // PyTorch's two kernels
        };
        if (grid.resample() instanceof GridResample.ByScale byScale) {
            String shifted = graph.sum(
                    "pos_embed.shifted", graph.real("pos_embed.target.real", target), graph.real(byScale.offset()));
            String scale = graph.add("Div", "pos_embed.ratio", List.of(shifted, graph.real(grid.side())));
            String own = ownSize(graph, grid, target);
            String chosen = graph.add("Where", "pos_embed.scale", List.of(own, graph.real(1), scale));
            String ones = graph.constant("ones", Values.floats(new float[] {1, 1}, 2));
            String scales = graph.concat("pos_embed.scales", 0, ones, chosen);
            return graph.add("Resize", "pos_embed.resampled", List.of(cells, "", scales), bicubic);
        }
        String sizes = graph.concat("pos_embed.sizes", 0, graph.integers(1, dim), target);
        return graph.add("Resize", "pos_embed.resampled", List.of(cells, "", "", sizes), bicubic);
    }

    /**
     * Whether the image is a square of the grid's own size. A scale of 1 keeps the positions then; the scale that holds
     * the offset would move them. By size nothing moves.
     */
    private static String ownSize(Graph graph, Position.LearnedGrid grid, String target) {
        String pixels = VisionTransformerGraph.PIXELS;
        String square = graph.add(
                "Equal",
                "pos_embed.square",
                List.of(graph.shape("pos_embed.height", pixels, 2, 3), graph.shape("pos_embed.width", pixels, 3, 4)));
        String count = graph.add("ReduceProd", "pos_embed.count", List.of(target));
        String same =
                graph.add("Equal", "pos_embed.same", List.of(count, graph.integer((long) grid.side() * grid.side())));
        return graph.add("And", "pos_embed.own", List.of(square, same));
    }

    /** [P, C] to [C, P]. */
    private static float[] channelsFirst(float[] cells, int dim) {
        float[] turned = new float[cells.length];
        int count = cells.length / dim;
        for (int i = 0; i < cells.length; i++) {
            turned[i % dim * count + i / dim] = cells[i];
        }
        return turned;
    }
}
