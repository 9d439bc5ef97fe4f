package io.github.dino4j.bench;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.Collections;

/** A forward pass of a model on a ready input. */
public record Forward(Model model, Tensor input, int threads) implements RoundRobin.Contender {
    private static final RgbImage IMAGE = NoiseImages.of(1, 448, 7).get(0);

    /**
     * The pass that a configuration describes, on a generated image.
     *
     * @param arena owns the input
     */
    public static Forward of(Arena arena, Model model, Configuration c) {
        Pixels pixels = prepare(model, IMAGE, c.size());
        try (Scope scope = Scope.inference()) {
            Tensor input = arena.keep(Model.tensor(Collections.nCopies(c.batch(), pixels)));
            return new Forward(model, input, c.threads());
        }
    }

    /** An image as the model wants it, both sides forced to a size. */
    static Pixels prepare(Model model, RgbImage image, InputSize size) {
        return model.card().transform().withSize(size.height(), size.width()).apply(image);
    }

    @Override
    public void begin() {
        Engine.threads(threads);
    }

    @Override
    public void call() {
        model.run(backbone -> {
            backbone.forward(input);
            return true;
        });
    }
}
