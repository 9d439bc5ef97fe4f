package io.github.dino4j.train;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.TapReader;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The backbone under a head that learns: frozen, with an adapter that learns, or learning as a whole. Used by the trainer's
 * thread.
 */
public interface LearningBackbone extends TapReader, AutoCloseable {
    @Override
    BackboneConfig config();

    /** In a few words: {@code "dinov3_vits16, frozen"}, {@code "dinov3_vits16 with LoRA of rank 3 on q, v"}. */
    String title();

    /** The weights that learn, by name; empty if it is frozen. */
    Map<String, Tensor> variables();

    default boolean isFrozen() {
        return variables().isEmpty();
    }

    /** What a head reads of images [B, C, H, W], in the caller's scope; gradients flow to {@link #variables()}. */
    @Override
    List<Tokens> read(Tensor pixels, Taps taps);

    /**
     * The gradients of a loss that was computed from the last {@link #read}, all the way back. Called instead of {@code
     * loss.backward()}, since a backbone that keeps no intermediate results has to compute them again.
     */
    default void backward(Tensor loss) {
        loss.backward();
    }

    /** Writes what has learned, if anything; each file appears whole or not at all. */
    List<Path> export(Path folder, Map<String, String> metadata) throws IOException;

    /** Frees what has learned; the model underneath stays the caller's. */
    @Override
    void close();
}
