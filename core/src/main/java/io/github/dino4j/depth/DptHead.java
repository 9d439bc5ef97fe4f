package io.github.dino4j.depth;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dense prediction transformer (DPT, arXiv:2103.13413): four layers of a backbone become maps at four resolutions, which
 * are fused from the coarsest to the finest; convolutions with one more doubling give the channels. A grid of h x w
 * patches comes out at 16h x 16w; where h or w is odd, at 32 ceil(h / 2) x 32 ceil(w / 2), which still covers the image.
 *
 * <p>All maps have their channels last in memory, as tokens have them by nature: on two cores 3x3 convolutions take 0.7 to
 * 1 times as long as in planes, and resizes half as long.
 *
 * <p>Weights: {@code reassemble_blocks} ({@link Reassemble}), {@code convs.i.conv} 3x3, {@code fusion_blocks.i}
 * ({@link FeatureFusion}), {@code project.conv} 3x3 if there is a projection after the fusion, {@code conv_depth.head.0},
 * {@code .2} 3x3, {@code .4} 1x1.
 */
public final class DptHead implements DepthHead {
    /** Pixels whose n channels exist at once: at 256 bins a band takes 64 MB, where a whole photo would take gigabytes. */
    private static final long BAND = 1 << 16;

    private final DptConfig config;
    private final FeaturesToDepth values;
    private final Taps taps;
    private final List<Reassemble> reassemble = new ArrayList<>();
    private final List<Conv2d> convs = new ArrayList<>();
    private final List<FeatureFusion> fusions = new ArrayList<>();
    private final Optional<Conv2d> project;
    private final Conv2d halve;
    private final Conv2d hidden;
    private final Conv2d output;

    public DptHead(Parameters p, DptConfig c, FeaturesToDepth values, Taps taps) {
        this.config = c;
        this.values = values;
        this.taps = taps;
        int channels = c.channels();
        for (int i = 0; i < DptConfig.LEVELS; i++) {
            reassemble.add(new Reassemble(p.at("reassemble_blocks"), c, i));
            convs.add(square(p.at("convs").at(i).at("conv"), c.processed().get(i), channels, Bias.NONE));
            fusions.add(new FeatureFusion(p.at("fusion_blocks").at(i), c, i == 0));
        }
        project = c.afterFusion() == AfterFusion.PROJECTION
                ? Optional.of(square(p.at("project").at("conv"), channels, channels, Bias.FULL))
                : Optional.empty();
        Parameters head = p.at("conv_depth").at("head");
        halve = square(head.at(0), channels, channels / 2, Bias.FULL);
        hidden = square(head.at(2), channels / 2, c.hidden(), Bias.FULL);
        output = new Conv2d(head.at(4), new Conv2d.Shape(c.hidden(), c.outputs(), 1, Bias.FULL));
    }

    private static Conv2d square(Parameters p, int in, int out, Bias bias) {
        return new Conv2d(p, new Conv2d.Shape(in, out, 3, bias).padding(1));
    }

    public DptConfig config() {
        return config;
    }

    @Override
    public Taps taps() {
        return taps;
    }

    @Override
    public List<Integer> widths() {
        return config.widths();
    }

    @Override
    public FeaturesToDepth values() {
        return values;
    }

    @Override
    public Tensor forward(Tensor pixels, List<Tokens> taps) {
        Tensor map = hidden(taps);
        long height = map.size(2);
        long lines = Math.max(1, BAND / (map.size(0) * map.size(3)));
        List<Tensor> bands = new ArrayList<>();
        for (long first = 0; first < height; first += lines) {
            Tensor band = map.narrow(2, first, Math.min(lines, height - first));
            bands.add(Scope.tidy(() -> values.forward(output.forward(band))));
        }
        return Tensor.cat(2, bands);
    }

    @Override
    public Tensor logits(List<Tokens> taps) {
        return output.forward(hidden(taps));
    }

    /** The last hidden map [B, hidden, 16h, 16w]. */
    private Tensor hidden(List<Tokens> taps) {
        if (taps.size() != DptConfig.LEVELS) {
            throw new IllegalArgumentException(
                    "a DPT head reads " + DptConfig.LEVELS + " layers, given are " + taps.size());
        }
        Tensor fused = Scope.tidy(() -> fusions.get(0).forward(level(taps, 3)));
        for (int i = 1; i < DptConfig.LEVELS; i++) {
            Tensor coarse = fused;
            int level = 3 - i;
            FeatureFusion fusion = fusions.get(i);
            fused = Scope.tidy(() -> fusion.forward(coarse, level(taps, level)));
            coarse.close();
        }
        Tensor finest = fused;
        Tensor half = Scope.tidy(() ->
                halve.forward(project.map(conv -> conv.forward(finest).relu()).orElse(finest)));
        finest.close();
        Tensor full = half.bilinearAligned(2 * half.size(2), 2 * half.size(3));
        half.close();
        return Scope.tidy(() -> hidden.forward(full).relu());
    }

    private Tensor level(List<Tokens> taps, int level) {
        return convs.get(level).forward(reassemble.get(level).forward(taps.get(level)));
    }

    @Override
    public long bytes(int rows, int columns) {
        long pixels = 4L * ((rows + 1) / 2) * ((columns + 1) / 2); // patches, odd sides rounded up
        long fusing = 8 * 8 * 3L * config.channels(); // a quarter of the final pixels: map, resized map, result
        long finishing = 16 * 16 * (config.channels() * 3L / 4 + 2L * config.hidden());
        return Float.BYTES * (pixels * Math.max(fusing, finishing) + 2 * BAND * config.outputs());
    }
}
