package io.github.dino4j.train;

import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A backbone all of whose weights learn, in memory of its own: a student of {@link DistillationTraining}, or the backbone
 * under a head. Reads without drop path and with running statistics, in training and in measuring alike. Tables that are
 * made of weights once, such as a masked bias, stay as they are.
 */
public final class WholeBackbone implements LearningBackbone {
    /** File in {@link #export}'s folder. */
    public static final String FILE = "backbone.safetensors";

    private final BackboneConfig config;
    private final String title;
    private final LearningHead<Backbone> weights;
    private final Map<String, String> metadata;

    private WholeBackbone(
            BackboneConfig config, String title, LearningHead<Backbone> weights, Map<String, String> metadata) {
        this.config = config;
        this.title = title;
        this.weights = weights;
        this.metadata = metadata;
    }

    /** Drawn from a seed. */
    public static WholeBackbone random(BackboneConfig config, long seed) {
        return new WholeBackbone(
                config,
                "a new backbone of width " + config.dim() + " and depth " + config.depth(),
                LearningHead.random(seed, p -> Backbone.of(config, p)),
                Map.of());
    }

    /**
     * The weights of a checkpoint, which stays as it is.
     *
     * @throws io.github.dino4j.weights.CheckpointException if it cannot be read or is no backbone
     */
    public static WholeBackbone load(Path file) {
        Checkpoint checkpoint = Checkpoints.open(file);
        BackboneConfig config = Architecture.of(checkpoint, OptionalInt.empty());
        return new WholeBackbone(
                config,
                "all of " + file.getFileName(),
                LearningHead.load(file, "its own shapes", checkpoint.weights(), p -> Backbone.of(config, p)),
                checkpoint.metadata());
    }

    @Override
    public BackboneConfig config() {
        return config;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public Map<String, Tensor> variables() {
        return weights.variables();
    }

    @Override
    public List<Tokens> read(Tensor pixels, Taps taps) {
        return taps.read(weights.inference(), pixels);
    }

    /** Writes {@value #FILE}, which {@link io.github.dino4j.predict.Model#load} reads. */
    @Override
    public List<Path> export(Path folder, Map<String, String> texts) throws IOException {
        Files.createDirectories(folder);
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.putAll(texts);
        if (config instanceof VitConfig vit) { // which no shape tells
            all.put(Architecture.HEADS_KEY, Integer.toString(vit.heads()));
            all.put(Architecture.EPS_KEY, Double.toString(vit.norm().eps()));
            if (vit.position() instanceof Position.Rope rope
                    && rope.config().periods() instanceof RotaryEmbedding.Periods.Base base) {
                all.put(Architecture.ROPE_THETA_KEY, Double.toString(base.base()));
            }
        }
        Path file = folder.resolve(FILE);
        weights.save(file, all);
        return List.of(file);
    }

    @Override
    public void close() {
        weights.close();
    }
}
