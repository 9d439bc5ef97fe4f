package io.github.dino4j.image;

/** Whether the orientation that a camera wrote into the file (EXIF tag 0x0112, values 1 to 8) turns the image. */
public enum Orientation {
    /** Turn and mirror, so that up is up; as {@code PIL.ImageOps.exif_transpose}. */
    APPLY,
    /** Leave the pixels as they are stored; as {@code PIL.Image.open} alone. */
    IGNORE
}
