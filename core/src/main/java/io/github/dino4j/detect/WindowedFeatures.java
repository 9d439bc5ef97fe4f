package io.github.dino4j.detect;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Features of large images from a backbone that was trained on small ones (DINOv3, arXiv:2508.10104, "Object detection"):
 * the image goes through it in windows, each alone, and once more whole, shrunk to a window's size. Both halves, the whole
 * one enlarged again, stand over one another as channels.
 *
 * <p>Weights: {@code layer_norms.i.ln} [C] where the layers read pass a norm of the head. Immutable.
 */
final class WindowedFeatures {
    private static final double EPS = 1e-5;

    private final DetectorConfig config;
    private final List<UnaryOperator<Tensor>> norms = new ArrayList<>();

    WindowedFeatures(Parameters p, DetectorConfig c) {
        config = c;
        Parameters at = p.at("backbone").at(0);
        Parameters inner = c.windows() > 0 ? at.at("_backbone") : at;
        for (int i = 0; i < c.widths().size(); i++) {
            norms.add(
                    c.layerNorms()
                            ? new LayerNorm(
                                    inner.at("layer_norms").at(i).at("ln"),
                                    EPS,
                                    c.widths().get(i))::forwardMap
                            : map -> map);
        }
    }

    /**
     * Reads an image.
     *
     * @param pixels [B, 3, H, W], H and W multiples of the stride
     * @param backbone gives the layers' tokens of images, in ascending order
     * @return [B, channels, H / stride, W / stride]
     * @throws IllegalArgumentException if the sides are no such multiples, or too short for the windows
     */
    Tensor of(Tensor pixels, Function<Tensor, List<Tokens>> backbone) {
        int height = Math.toIntExact(pixels.size(2));
        int width = Math.toIntExact(pixels.size(3));
        int[] rows = cuts(height);
        int[] columns = cuts(width);
        if (config.windows() == 0) {
            return features(pixels, backbone);
        }
        List<Tensor> lines = new ArrayList<>();
        for (int y = 0; y < config.windows(); y++) {
            List<Tensor> line = new ArrayList<>();
            for (int x = 0; x < config.windows(); x++) {
                Tensor strip = pixels.narrow(2, rows[y], rows[y + 1] - rows[y]);
                line.add(features(strip.narrow(3, columns[x], columns[x + 1] - columns[x]), backbone));
            }
            lines.add(Tensor.cat(3, line));
        }
        Tensor windows = Tensor.cat(2, lines);
        Tensor whole = features(pixels.bilinear(rows[1], columns[1], true), backbone);
        Tensor enlarged = whole.bilinear(windows.size(2), windows.size(3), true);
        return Tensor.cat(1, enlarged, windows);
    }

    private Tensor features(Tensor pixels, Function<Tensor, List<Tokens>> backbone) {
        return Scope.tidy(() -> {
            List<Tokens> layers = backbone.apply(pixels.contiguous());
            List<Tensor> maps = new ArrayList<>();
            for (int i = 0; i < norms.size(); i++) {
                maps.add(norms.get(i).apply(layers.get(i).map()));
            }
            return Tensor.cat(1, maps);
        });
    }

    /** Where windows begin along a side, and its end; all but the last are of one length. */
    int[] cuts(int side) {
        int stride = config.stride();
        if (side % stride != 0) {
            throw new IllegalArgumentException(
                    "a side of " + side + " pixels is no multiple of " + stride + "; pad the image (PaddedImages)");
        }
        int count = Math.max(1, config.windows());
        int window = (side / count + stride - 1) / stride * stride;
        if ((count - 1) * window >= side) {
            throw new IllegalArgumentException("a side of " + side + " pixels is too short for " + count
                    + " windows of " + window + "; enlarge the image");
        }
        int[] cuts = new int[count + 1];
        for (int i = 0; i < count; i++) {
            cuts[i] = i * window;
        }
        cuts[count] = side;
        return cuts;
    }
}
