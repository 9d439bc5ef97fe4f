package io.github.dino4j.segment;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.OptionalInt;

/**
 * The linear decoder of dinov3-finetune: a 1x1 convolution over the normed patch tokens of the last layer.
 *
 * <p>Weights: {@code classifier.weight} [K, C, 1, 1], {@code classifier.bias} [K].
 */
public final class FineTuneLinear implements LogitHead {
    private final Conv2d classifier;
    private final int channels;
    private final int classes;

    /**
     * Builds the decoder.
     *
     * @param channels C of the backbone
     * @param classes K
     */
    public FineTuneLinear(Parameters p, int channels, int classes) {
        this.channels = channels;
        this.classes = classes;
        classifier = new Conv2d(p.at("classifier"), new Conv2d.Shape(channels, classes, 1, Bias.FULL));
    }

    @Override
    public Taps taps() {
        return new Taps(Layers.last(1), true);
    }

    @Override
    public OptionalInt channels() {
        return OptionalInt.of(channels);
    }

    @Override
    public int classes() {
        return classes;
    }

    @Override
    public Tensor logits(List<Tokens> taps) {
        return classifier.forward(taps.get(0).map());
    }
}
