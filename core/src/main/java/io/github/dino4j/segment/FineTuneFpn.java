package io.github.dino4j.segment;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.FpnDecoder;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.OptionalInt;

/**
 * The pyramid decoder of dinov3-finetune over the normed maps of the last four layers, the newest at the start.
 *
 * <p>Weights: those of {@link FpnDecoder}.
 */
public final class FineTuneFpn implements LogitHead {
    private final FpnDecoder decoder;

    public FineTuneFpn(Parameters p, FpnDecoder.Config config) {
        decoder = new FpnDecoder(p, config);
    }

    public FpnDecoder.Config config() {
        return decoder.config();
    }

    @Override
    public Taps taps() {
        return new Taps(Layers.last(4), true);
    }

    @Override
    public OptionalInt channels() {
        return OptionalInt.of(4 * config().in());
    }

    @Override
    public int classes() {
        return config().classes();
    }

    @Override
    public Tensor logits(List<Tokens> taps) {
        return decoder.forward(taps.stream().map(Tokens::map).toList());
    }
}
