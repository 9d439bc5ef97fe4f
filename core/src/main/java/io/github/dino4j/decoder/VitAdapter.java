package io.github.dino4j.decoder;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.nn.BatchNorm;
import io.github.dino4j.nn.ConvTranspose2d;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;

/**
 * DINOv3's adapter (arXiv:2508.10104, "Semantic segmentation", after ViT-Adapter, arXiv:2205.08534, without injectors):
 * makes a {@link Pyramid} of a frozen vision transformer. A convolutional prior is enriched by the tokens of four
 * layers, one interaction each, and the layers themselves are added as maps.
 *
 * <p>Weights: {@code level_embed} [3, D], {@code spm}, {@code interactions.i}, {@code up}, {@code norm1..4}. The
 * backbone's own lie with the backbone.
 */
public final class VitAdapter {
    private final Config config;
    private final Tensor levelEmbed;
    private final SpatialPriorModule prior;
    private final List<List<Extractor>> interactions = new ArrayList<>();
    private final ConvTranspose2d up;
    private final BatchNorm[] norms;

    /**
     * Shape of an adapter.
     *
     * @param dim D of the backbone
     * @param priorWidth of the prior's first convolutions
     * @param heads of deformable attention
     * @param points places a head
     * @param ffnRatio hidden width of the extractors' feed-forward networks over D
     * @param deformRatio width of the values over D
     * @param dropPath rate of stochastic depth in training
     */
    public record Config(
            int dim, int priorWidth, int heads, int points, double ffnRatio, double deformRatio, double dropPath) {
        /** As published, for a backbone of any width. */
        public static Config of(int dim) {
            return new Config(dim, 64, 16, 4, 0.25, 0.5, 0.3);
        }
    }

    public VitAdapter(Parameters p, Config c) {
        config = c;
        levelEmbed = p.tensor("level_embed", Init.normal(1), 3, c.dim);
        prior = new SpatialPriorModule(p.at("spm"), c.priorWidth, c.dim);
        for (int i = 0; i < 4; i++) {
            Parameters at = p.at("interactions").at(i);
            List<Extractor> extractors = new ArrayList<>(List.of(new Extractor(at.at("extractor"), c)));
            if (i == 3) {
                extractors.add(new Extractor(at.at("extra_extractors").at(0), c));
                extractors.add(new Extractor(at.at("extra_extractors").at(1), c));
            }
            interactions.add(extractors);
        }
        up = new ConvTranspose2d(p.at("up"), c.dim, c.dim, 2, Init.normal(Math.sqrt(2.0 / (4 * c.dim))));
        norms = new BatchNorm[4];
        for (int i = 0; i < 4; i++) {
            norms[i] = new BatchNorm(p.at("norm" + (i + 1)), c.dim);
        }
    }

    /**
     * Makes the pyramid.
     *
     * @param pixels the normalised images [B, 3 or 4, H, W] that the backbone saw; H and W are multiples of 32
     * @param taps four layers of the backbone, through its final norm, in ascending order
     */
    public Pyramid forward(Tensor pixels, List<Tokens> taps) {
        check(pixels, taps);
        Pyramid spatial = prior.forward(pixels.narrow(1, 0, 3)); // of RGB-D the colours: depth enters the backbone
        List<Tensor> coarse = spatial.maps().subList(1, 4);
        Levels levels = Levels.ofMaps(coarse);
        List<Tensor> tokens = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Trace.stage("tokens (c" + (i + 2) + ")", Levels.tokens(coarse.get(i)));
            tokens.add(Levels.tokens(coarse.get(i)).add(levelEmbed.select(0, i)));
        }
        Tensor c = Tensor.cat(1, tokens);
        tokens.forEach(Tensor::close);
        Tensor places = levels.centres().to(c.device());
        for (int i = 0; i < 4; i++) {
            Tokens layer = taps.get(i);
            Levels.Size grid = new Levels.Size(layer.height(), layer.width());
            for (Extractor extractor : interactions.get(i)) {
                Tensor before = c;
                c = extractor.forward(before, levels, places, layer.patches(), grid);
                before.close();
            }
            Trace.stage("interactions." + i + " (c)", c);
        }
        List<Tensor> maps = new ArrayList<>(levels.split(c));
        maps.add(0, Scope.tidy(() -> up.forward(maps.get(0)).add(spatial.quarter())));
        Trace.stage("up", maps.get(0));
        for (int i = 0; i < 4; i++) {
            int level = i;
            Tensor own = maps.get(i);
            maps.set(i, Scope.tidy(() -> {
                Tensor layer = taps.get(level).map().bilinear(own.size(2), own.size(3), false);
                return norms[level].forward(own.add(layer));
            }));
            Trace.stage("norm" + (i + 1) + " (f" + (i + 1) + ")", maps.get(i));
        }
        return new Pyramid(maps.get(0), maps.get(1), maps.get(2), maps.get(3));
    }

    private void check(Tensor pixels, List<Tokens> taps) {
        if (pixels.size(2) % 32 != 0 || pixels.size(3) % 32 != 0) {
            throw new IllegalArgumentException("the adapter needs sides that are multiples of 32 pixels, not "
                    + pixels.size(2) + " x " + pixels.size(3) + "; resize or pad the image");
        }
        if (taps.size() != 4) {
            throw new IllegalArgumentException("the adapter reads four layers of the backbone, not " + taps.size());
        }
        long width = taps.get(0).patches().size(2);
        if (width != config.dim) {
            throw new IllegalArgumentException("the adapter was made for a backbone of width " + config.dim
                    + ", this one has " + width + "; load the backbone that its file names");
        }
    }
}
