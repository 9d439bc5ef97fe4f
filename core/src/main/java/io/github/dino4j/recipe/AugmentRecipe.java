package io.github.dino4j.recipe;

import io.github.dino4j.augment.Augmentations;
import io.github.dino4j.augment.Change;
import io.github.dino4j.augment.Resizing;
import io.github.dino4j.image.Interpolation;
import java.util.List;

/**
 * The section {@code augmentation} of a recipe.
 *
 * @param change of each training example
 * @param height of what it gives
 * @param width of what it gives
 * @param random whether two epochs see different images
 */
record AugmentRecipe(Change change, int height, int width, boolean random) {
    /** What may happen to an example. */
    enum Kind {
        /** Only the size. */
        NONE,
        /** The size, and mirrored every second time. */
        MIRROR,
        /** Resized to a square and mirrored: dinov3-finetune. */
        FINE_TUNE,
        /** DINOv3's linear segmentation on ADE20K. */
        ADE20K,
        /** Random resized crops. */
        CLASSIFICATION,
        /** DINOv3's depth heads. */
        DEPTH,
        /** Large-scale jitter. */
        DETECTION
    }

    /** Only the size, without chance: what validation sees. */
    Change plain() {
        return new Resizing.Exact(height, width, Interpolation.BILINEAR);
    }

    /**
     * Reads the section.
     *
     * @param multiple that sizes must have for head and backbone
     */
    static AugmentRecipe read(Section s, Kind otherwise, int size, int multiple) {
        Kind kind = s.choice("kind", Kind.class, otherwise);
        List<Integer> sides = s.list("size", Integer::parseInt, List.of(size));
        if (sides.isEmpty() || sides.size() > 2 || sides.stream().anyMatch(side -> side < 1)) {
            throw s.wrong("size", "a side in pixels, or [height, width]");
        }
        int height = sides.get(0);
        int width = sides.get(sides.size() - 1);
        for (int side : List.of(height, width)) {
            if (side % multiple != 0) {
                throw new RecipeException("'" + s.name("size") + "': " + side + " is no multiple of " + multiple
                        + ", which head and backbone need; take " + Math.max(multiple, side / multiple * multiple)
                        + " or "
                        + (side / multiple + 1) * multiple);
            }
        }
        if (height != width && kind != Kind.NONE && kind != Kind.MIRROR && kind != Kind.DEPTH) {
            throw new RecipeException(
                    "'" + s.name("kind") + ": " + Section.word(kind) + "' makes squares; give one size, not two");
        }
        Change exact = new Resizing.Exact(height, width, Interpolation.BILINEAR);
        Change change = switch (kind) {
            case NONE -> exact;
            case MIRROR -> io.github.dino4j.augment.Chain.of(exact, io.github.dino4j.augment.Mirror.HALF);
            case FINE_TUNE -> Augmentations.fineTune(height);
            case ADE20K -> Augmentations.segmentationAde20k(height);
            case CLASSIFICATION -> Augmentations.classification(height);
            case DEPTH -> Augmentations.depth(height, width);
            case DETECTION -> Augmentations.detection(height);
        };
        return new AugmentRecipe(change, height, width, kind != Kind.NONE);
    }
}
