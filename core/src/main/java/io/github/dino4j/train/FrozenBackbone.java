package io.github.dino4j.train;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A model as it is, packed or not. The model stays the caller's. */
public final class FrozenBackbone implements LearningBackbone {
    private final Model model;

    public FrozenBackbone(Model model) {
        this.model = model;
    }

    public Model model() {
        return model;
    }

    @Override
    public BackboneConfig config() {
        return model.config();
    }

    @Override
    public String title() {
        return model.card().name() + ", frozen";
    }

    @Override
    public Map<String, Tensor> variables() {
        return Map.of();
    }

    @Override
    public List<Tokens> read(Tensor pixels, Taps taps) {
        try (Scope scope = Scope.inference()) {
            List<Tokens> tokens = model.run(backbone ->
                    taps.read(backbone, pixels).stream().map(t -> t.in(scope)).toList());
            return tokens.stream().map(t -> t.keep(scope)).toList();
        }
    }

    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) {
        return List.of();
    }

    @Override
    public void close() {}
}
