package io.github.dino4j.retrieve;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.tensor.Tensor;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the tokens of an image become one vector.
 *
 * @param cls whether the class token is in it
 * @param patches what of the patch tokens is in it, behind the class token; register tokens never are
 * @param p exponent of the generalised mean, above 0
 */
public record Pooling(boolean cls, Patches patches, double p) {
    /** The class token, which all DINO papers search by. */
    public static final Pooling CLS = new Pooling(true, Patches.NONE, 1);

    /** The mean patch token. */
    public static final Pooling MEAN = new Pooling(false, Patches.MEAN, 1);

    /** Class token and mean patch token. */
    public static final Pooling CLS_MEAN = new Pooling(true, Patches.MEAN, 1);

    private static final double LEAST = 1e-6; // of a value under the generalised mean, as DINOv1's copy detection
    private static final Pattern TEXT = Pattern.compile("(cls)?(\\+)?(mean|gem(?:-([0-9.]+))?)?");

    /** What is made of the patch tokens. */
    public enum Patches {
        NONE,
        MEAN,
        /** Generalised mean (arXiv:1711.02512): the p-th root of the mean of p-th powers of values, those below 1e-6 raised to it. */
        GEM
    }

    public Pooling {
        if (!cls && patches == Patches.NONE) {
            throw new IllegalArgumentException("a vector of an image takes the class token, the patch tokens or both");
        }
        if (!(p > 0) || Double.isInfinite(p)) {
            throw new IllegalArgumentException("the exponent of a generalised mean is above 0, found " + p);
        }
    }

    /** The generalised mean of the patch tokens; DINOv1 takes p 4. */
    public static Pooling gem(double p) {
        return new Pooling(false, Patches.GEM, p);
    }

    /** Class token and generalised mean: DINOv1's copy detection, with p 4. */
    public static Pooling clsGem(double p) {
        return new Pooling(true, Patches.GEM, p);
    }

    /** Reads {@link #describe()}: {@code cls}, {@code mean}, {@code cls+mean}, {@code gem-4}, {@code cls+gem-4}. */
    public static Pooling of(String text) {
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        boolean both = matcher.matches() && matcher.group(1) != null && matcher.group(3) != null;
        if (!matcher.matches()
                || both != (matcher.group(2) != null)
                || matcher.group(0).isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no pooling; wanted cls, mean, cls+mean, gem-P or cls+gem-P, such as cls+gem-4");
        }
        String patches = matcher.group(3);
        boolean gem = patches != null && patches.startsWith("gem");
        try {
            return new Pooling(
                    matcher.group(1) != null,
                    patches == null ? Patches.NONE : gem ? Patches.GEM : Patches.MEAN,
                    gem && matcher.group(4) != null ? Double.parseDouble(matcher.group(4)) : gem ? 4 : 1);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'" + text + "': the exponent of a generalised mean is a number, such as gem-4", e);
        }
    }

    /** Values of a vector, of tokens of width {@code dim}. */
    public int width(int dim) {
        return (cls ? dim : 0) + (patches == Patches.NONE ? 0 : dim);
    }

    /** The vectors [B, width], in the caller's scope; not of unit length. */
    public Tensor of(Tokens tokens) {
        if (patches == Patches.NONE) {
            return tokens.cls();
        }
        Tensor pooled = patches == Patches.MEAN
                ? tokens.meanPatch()
                : tokens.patches().clampMin(LEAST).pow(p).mean(false, 1).pow(1 / p);
        return cls ? Tensor.cat(1, tokens.cls(), pooled) : pooled;
    }

    /** Short, and read by {@link #of(String)}. */
    public String describe() {
        String number = p == Math.rint(p) ? Long.toString(Math.round(p)) : Double.toString(p);
        String pooled = patches == Patches.GEM ? "gem-" + number : patches == Patches.MEAN ? "mean" : "";
        return cls ? pooled.isEmpty() ? "cls" : "cls+" + pooled : pooled;
    }

    @Override
    public String toString() {
        return describe();
    }
}
