package io.github.dino4j.cli;

import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is read of a whole photo. */
final class PhotoFeatureOptions {
    private static final double CROPPED = 256.0 / 224; // shorter side to crop, as in the papers

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "Pixels of the model's square input: shorter side N * 256 / 224, then the N x N in the middle"
                    + " (default: 224; of a head, as the model's own transform).")
    private Optional<Integer> size = Optional.empty();

    @Option(
            names = "--features",
            description = "What is compared where no head says it, ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}): the class token, or with the mean patch token behind it.")
    private Kind features = Kind.CLASS;

    enum Kind {
        CLASS("class", LinearInput.CLASS_TOKEN),
        CLASS_AND_MEAN("class-and-mean", LinearInput.CLASS_AND_MEAN);

        private final String label;
        private final LinearInput input;

        Kind(String label, LinearInput input) {
            this.label = label;
            this.input = input;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** A head says itself what it reads. */
    void requireNoFeatures(Console console) {
        if (console.given("--features")) {
            throw console.usage("--features is for photos compared without a head; a head reads what it was trained on."
                    + " Leave --features out.");
        }
    }

    /** Without a head: the papers' transform of k-NN. */
    FeatureReader reader(Model model) {
        FeatureReader papers = FeatureReader.classToken(model);
        return new FeatureReader(model, features.input, sized(papers.transform(), model));
    }

    /** As given, at the size that was asked for. */
    Transform sized(Transform transform, Model model) {
        if (size.isEmpty()) {
            return transform;
        }
        int patch = model.config().patch();
        int side = size.get();
        if (side < 1 || side % patch != 0) {
            throw new IllegalArgumentException("--size " + side + ": this model sees patches of " + patch + " x "
                    + patch
                    + " pixels. Take a multiple, such as " + Math.max(patch, Math.round((float) side / patch) * patch)
                    + ".");
        }
        int shorter = (int) Math.round(side * CROPPED);
        return transform.withSizing(new Sizing.ShorterSideThenCrop(shorter, side, CropRounding.HALF_EVEN));
    }
}
