package io.github.dino4j.visual;

/** How values of patches become values of pixels. */
public enum Enlargement {
    /** Each patch a flat rectangle: shows the grid as it is, as DINOv1's attention script does. */
    NEAREST,
    /** Linear between the centres of the patches: easier to look at, no detail is added. */
    BILINEAR
}
