package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Resampling;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How images become the model's input. */
final class ImageOptions {
    @Option(
            names = "--size",
            paramLabel = "N|HxW",
            converter = Size.Converter.class,
            description =
                    "Pixels of a side of the model's input, or height x width (default: as the model's evaluation).")
    private Optional<Size> size = Optional.empty();

    @Option(
            names = "--sizing",
            description = {
                "How an image comes to that size, ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}):",
                "reference: as the model's own transform; v1 and v2 cut the centre out, v3 bends to a square",
                "resize: both sides forced, the aspect is not kept",
                "keep-aspect: shorter side about N, both rounded to whole patches",
                "centre-crop: shorter side N * 256 / 224, then the N x N in the middle",
                "pad: shorter side N, then zeros up to whole patches",
                "crop: shorter side N, right and bottom cut to whole patches"
            })
    private Policy policy = Policy.REFERENCE;

    @Option(
            names = "--resampling",
            description = {
                "How exactly images are resized, ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}):",
                "exact: equal to the model's own transform, value for value",
                "fast: in a fraction of the time; pixels of photos differ by 1 of 255 levels, in less than 1 % of",
                "  the values for v1 and v2 and some 15 % for v3"
            })
    private Quality resampling = Quality.exact;

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    enum Quality {
        exact(Resampling.EXACT),
        fast(Resampling.FAST);

        private final Resampling resampling;

        Quality(Resampling resampling) {
            this.resampling = resampling;
        }
    }

    enum Policy {
        REFERENCE("reference"),
        RESIZE("resize"),
        KEEP_ASPECT("keep-aspect"),
        CENTRE_CROP("centre-crop"),
        PAD("pad"),
        CROP("crop");

        private final String label;

        Policy(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    ImageDecoder decoder() {
        return decoding.decoder();
    }

    /** The same model with the transform of these options, told on stderr with the grid it gives. */
    Dino prepare(Dino dino, Console console) {
        int patch = dino.card().config().patch();
        Transform reference = dino.card().transform();
        Transform transform =
                reference.withSizing(sizing(reference.sizing(), patch)).withResampling(resampling.resampling);
        console.note("images: " + transform.describe() + "; " + grid(transform.sizing(), patch));
        return dino.with(transform);
    }

    private Sizing sizing(Sizing reference, int patch) {
        Size wanted = size.orElseGet(() -> sizeOf(reference));
        return switch (policy) {
            case REFERENCE -> size.isEmpty() ? reference : scaled(reference, wanted, patch);
            case RESIZE -> exact(wanted, patch);
            case KEEP_ASPECT -> new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, side(wanted), patch);
            case CENTRE_CROP -> centreCrop(wanted, patch);
            case PAD -> new Sizing.PadToMultiple(patch, new Sizing.ShorterSide(side(wanted)));
            case CROP -> new Sizing.CropToMultiple(patch, new Sizing.ShorterSide(side(wanted)));
        };
    }

    /** The reference at another size; the share that its crop keeps stays. */
    private static Sizing scaled(Sizing reference, Size wanted, int patch) {
        Sizing.Exact exact = exact(wanted, patch);
        if (reference instanceof Sizing.ShorterSideThenCrop crop) {
            if (!wanted.isSquare()) {
                throw new IllegalArgumentException("--size " + wanted + ": this model's reference transform ('" + crop
                        + "') gives squares. Take one number, or add --sizing resize.");
            }
            int shorter = Math.round((float) wanted.height() * crop.size() / crop.crop());
            return new Sizing.ShorterSideThenCrop(shorter, wanted.height(), crop.rounding());
        }
        return exact;
    }

    private static Sizing.Exact exact(Size wanted, int patch) {
        if (wanted.height() % patch != 0 || wanted.width() % patch != 0) {
            Size near = new Size(nearest(wanted.height(), patch), nearest(wanted.width(), patch));
            throw new IllegalArgumentException("--size " + (wanted.isSquare() ? wanted.height() : wanted)
                    + ": this model sees patches of " + patch + " x " + patch + " pixels, and "
                    + wanted.height() + " x " + wanted.width() + " are no whole number of them. Take --size "
                    + (near.isSquare() ? near.height() : near)
                    + ", or --sizing keep-aspect, pad or crop, which round by themselves.");
        }
        return new Sizing.Exact(wanted.height(), wanted.width());
    }

    /** The share that the evaluation transform of v1 and v2 keeps: 224 of 256. */
    private Sizing centreCrop(Size wanted, int patch) {
        int side = side(exact(wanted, patch));
        return new Sizing.ShorterSideThenCrop(Math.round(side * 256f / 224), side, CropRounding.HALF_EVEN);
    }

    private int side(Sizing.Exact exact) {
        return side(new Size(exact.height(), exact.width()));
    }

    private int side(Size wanted) {
        if (!wanted.isSquare()) {
            throw new IllegalArgumentException("--size " + wanted + ": --sizing " + policy
                    + " takes one number, the shorter side; height x width goes with --sizing resize.");
        }
        return wanted.height();
    }

    private static Size sizeOf(Sizing sizing) {
        if (sizing instanceof Sizing.Exact exact) {
            return new Size(exact.height(), exact.width());
        } else if (sizing instanceof Sizing.ShorterSideThenCrop crop) {
            return Size.square(crop.crop());
        } else if (sizing instanceof Sizing.ShorterSide shorter) {
            return Size.square(shorter.size());
        }
        return Size.square(224);
    }

    private static String grid(Sizing sizing, int patch) {
        if (sizing instanceof Sizing.Exact || sizing instanceof Sizing.ShorterSideThenCrop) {
            Size size = sizeOf(sizing);
            return "grid " + size.height() / patch + " x " + size.width() / patch + " of patches of " + patch
                    + " pixels";
        }
        return "patches of " + patch + " pixels, the grid depends on the image";
    }

    private static int nearest(int side, int patch) {
        return Math.max(1, Math.round((float) side / patch)) * patch;
    }
}
