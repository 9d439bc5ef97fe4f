package io.github.dino4j.depth;

import io.github.dino4j.image.Normalisation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a head's tensors cannot tell: how it was trained and how its numbers are read. The constants are the published
 * heads; {@link #find} knows their files by name.
 *
 * @param name for {@link #get} and for people
 * @param title what it is
 * @param quantity what the metres measure
 * @param values range, bins and weighting; a head with one channel takes the range alone
 * @param layers which layers a head of several levels reads
 * @param norm whether through the backbone's final norm
 * @param classToken whether a linear head reads the class tokens
 * @param readout what a DPT head makes of the class tokens where it has no tensors for them, {@link Readout#IGNORE} or
 *     {@link Readout#ADD}; where it has, they tell {@link Readout#PROJECT}, and this is not read
 * @param upsampling by which factor a linear head enlarges the patch grid
 * @param fit how images come to a multiple of the patch
 * @param restoration how the map comes back to the image
 * @param normalisation mean and deviation that the head was trained with; absent: the backbone's own
 */
public record DepthPreset(
        String name,
        String title,
        Quantity quantity,
        FeaturesToDepth values,
        LayerChoice layers,
        boolean norm,
        ClassToken classToken,
        Readout readout,
        int upsampling,
        InputFit fit,
        Restoration restoration,
        Optional<Normalisation> normalisation) {

    /** DINOv3's DPT head on ViT-7B (arXiv:2508.10104, trained on SYNTHMIX): 0.001 to 100 m. ViT-L has the same. */
    public static final DepthPreset SYNTHMIX =
            dinov3("synthmix", "DINOv3 depth, trained on SYNTHMIX", FeaturesToDepth.linear(0.001, 100));

    /** A DINOv3 depth head as its code builds it by default: 0.001 to 80 m; linear heads without class token. */
    public static final DepthPreset DINOV3 =
            dinov3("dinov3", "DINOv3 depth, defaults of its heads", FeaturesToDepth.linear(0.001, 80));

    /**
     * Canopy height of DINOv3 ViT-L SAT-493M (CHMv2): 0.001 to 96 m, from 8-bit aerial RGB of about 0.6 to 1 m a pixel.
     * Its mean of red is 0.420 where the backbone was trained with 0.430.
     */
    public static final DepthPreset CHMV2 = new DepthPreset(
            "chmv2",
            "DINOv3 canopy height (CHMv2)",
            Quantity.CANOPY_HEIGHT,
            new FeaturesToDepth(
                    new DepthRange(0.001, 96), FeaturesToDepth.Spacing.MIX_LOG, FeaturesToDepth.Weighting.MIX_LOG),
            LayerChoice.QUARTERS,
            true,
            ClassToken.APPENDED,
            Readout.IGNORE,
            1,
            InputFit.CENTRE_PADDING,
            Restoration.EXACT,
            Optional.of(Normalisation.of(new float[] {0.420f, 0.411f, 0.296f}, new float[] {0.213f, 0.156f, 0.143f})));

    /**
     * DINOv2's heads for indoor depth (NYU Depth v2): linear, linear4 and dpt, 0.001 to 10 m. DINOv2's hub builds the two
     * linear ones with bins up to 80 m, which were trained with bins up to 10 m and then answer up to eight times too
     * deep; {@link #NYU_AS_HUB} reproduces that.
     */
    public static final DepthPreset NYU = dinov2("nyu", "DINOv2 depth, trained on NYU Depth v2", 10);

    /** DINOv2's heads for street scenes (KITTI): linear, linear4 and dpt, 0.001 to 80 m. */
    public static final DepthPreset KITTI = dinov2("kitti", "DINOv2 depth, trained on KITTI", 80);

    /** {@link #NYU} as DINOv2's hub computes its linear heads, over 0.001 to 80 m. */
    public static final DepthPreset NYU_AS_HUB =
            dinov2("nyu-as-hub", "DINOv2 depth, trained on NYU Depth v2, range as in DINOv2's hub", 80);

    private static final List<DepthPreset> ALL = List.of(SYNTHMIX, CHMV2, NYU, NYU_AS_HUB, KITTI, DINOV3);

    private static final Pattern DINOV2_FILE =
            Pattern.compile("dinov2_vit[sblg]14_(nyu|kitti)_(linear|linear4|dpt)_head");
    private static final Pattern HUGGING_FACE_NAME =
            Pattern.compile("dpt-dinov2-(?:small|base|large|giant)-(nyu|kitti)");
    private static final Pattern DINOV3_FILE = Pattern.compile("dinov3_vit[a-z0-9]+_(synthmix|chmv2)_dpt_head");

    public DepthPreset {
        if (upsampling < 1) {
            throw new IllegalArgumentException("a linear head enlarges by 1 or more, not by " + upsampling);
        }
        if (readout == Readout.PROJECT) {
            throw new IllegalArgumentException("a readout by a projection is told by the head's tensors, not by a"
                    + " preset; name IGNORE or ADD, for heads without them");
        }
    }

    private static DepthPreset dinov3(String name, String title, FeaturesToDepth values) {
        return new DepthPreset(
                name,
                title,
                Quantity.DEPTH,
                values,
                LayerChoice.EVEN,
                true,
                ClassToken.IGNORED,
                Readout.IGNORE,
                1,
                InputFit.CENTRE_PADDING,
                Restoration.EXACT,
                Optional.empty());
    }

    private static DepthPreset dinov2(String name, String title, double max) {
        return new DepthPreset(
                name,
                title,
                Quantity.DEPTH,
                FeaturesToDepth.linear(0.001, max),
                LayerChoice.EVEN,
                false,
                ClassToken.APPENDED,
                Readout.IGNORE,
                4,
                InputFit.CENTRE_PADDING,
                Restoration.DINOV2_HUB,
                Optional.empty());
    }

    /** The published ones. */
    public static List<DepthPreset> all() {
        return ALL;
    }

    /**
     * The preset of this name.
     *
     * @throws IllegalArgumentException listing the names, if there is none
     */
    public static DepthPreset get(String name) {
        return ALL.stream()
                .filter(preset -> preset.name.equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("no depth preset is called '" + name + "'; there are " + list()));
    }

    /** The preset of a published head by the name of its file, or of the folder of a Hugging Face repository. */
    public static Optional<DepthPreset> find(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        String name = name(absolute);
        String folder =
                Optional.ofNullable(absolute.getParent()).map(DepthPreset::name).orElse("");
        return find(DINOV2_FILE, name)
                .or(() -> find(DINOV3_FILE, name))
                .or(() -> find(HUGGING_FACE_NAME, name))
                .or(() -> find(HUGGING_FACE_NAME, folder));
    }

    private static Optional<DepthPreset> find(Pattern pattern, String name) {
        return pattern.matcher(name).results().map(found -> get(found.group(1))).findFirst();
    }

    private static String name(Path path) {
        return Optional.ofNullable(path.getFileName())
                .map(Path::toString)
                .orElse("")
                .toLowerCase(Locale.ROOT);
    }

    /** Names and titles for a message. */
    static String list() {
        return String.join(
                ", ",
                ALL.stream()
                        .map(p -> "'" + p.name + "' (" + p.title + ", " + p.values.range() + ")")
                        .toList());
    }

    /** The same over another range, in metres. */
    public DepthPreset withRange(double min, double max) {
        return withValues(values.withRange(new DepthRange(min, max)));
    }

    /** The same with other bins. */
    public DepthPreset withValues(FeaturesToDepth other) {
        return new DepthPreset(
                name,
                title,
                quantity,
                other,
                layers,
                norm,
                classToken,
                readout,
                upsampling,
                fit,
                restoration,
                normalisation);
    }

    /** The same for images that are fitted in another way. */
    public DepthPreset withFit(InputFit other) {
        return new DepthPreset(
                name,
                title,
                quantity,
                values,
                layers,
                norm,
                classToken,
                readout,
                upsampling,
                other,
                restoration,
                normalisation);
    }

    /** The same for a DPT head that was trained with another use of the class tokens, of which its tensors tell nothing. */
    public DepthPreset withReadout(Readout other) {
        return new DepthPreset(
                name,
                title,
                quantity,
                values,
                layers,
                norm,
                classToken,
                other,
                upsampling,
                fit,
                restoration,
                normalisation);
    }
}
