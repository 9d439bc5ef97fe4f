package io.github.dino4j.ssl;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.tensor.Tensor;
import java.util.Optional;

/** Which patches of student and Gram anchor are compared, and on which grid. */
record PatchProducts(Objective objective) {
    /** Patches [B, P, C] on a grid of this size, resized as a map (bicubic) where theirs differs. */
    Tensor onGrid(Tokens tokens, int height, int width) {
        return tokens.height() == height && tokens.width() == width
                ? tokens.patches()
                : tokens.map().bicubic(height, width, false).flatten(2, 3).transpose(1, 2);
    }

    /** The Gram loss. */
    Tensor loss(Tokens student, Tensor anchor, Optional<PatchMasks> masks) {
        GramAnchor how = objective.gram().orElseThrow();
        if (how.perImage()) {
            return how.loss().of(student.patches(), anchor);
        }
        Tensor own = student.patches().flatten(0, 1);
        Tensor other = anchor.flatten(0, 1);
        if (how.tokens() != GramAnchor.Selection.ALL) {
            PatchMasks hidden = masks.orElseThrow(() -> new IllegalArgumentException(
                    "the Gram loss on masked or unmasked patches needs masks, and no patch is hidden"));
            long[] chosen = how.tokens() == GramAnchor.Selection.MASKED ? hidden.indices() : hidden.visible();
            own = own.rows(chosen);
            other = other.rows(chosen);
        }
        return how.loss().of(own, other);
    }
}
