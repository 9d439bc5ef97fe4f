package io.github.dino4j.cli;

import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.Model;
import io.github.dino4j.retrieve.DescriptorReader;
import io.github.dino4j.retrieve.Pooling;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How photos become vectors to search by. */
final class DescriptorOptions {
    private static final int USUAL_SIDE = 224;
    private static final String SIDE = "side";
    private static final String POOLING = "pooling";
    private static final String PARTS = "parts";

    @Option(
            names = "--pooling",
            paramLabel = "WORD",
            converter = PoolingConverter.class,
            description =
                    "Vector of a photo: cls, mean (of the patches), cls+mean, gem-P (generalised mean) or cls+gem-P"
                            + " (default: ${DEFAULT-VALUE}).")
    private Pooling pooling = Pooling.CLS;

    @Option(
            names = "--size",
            paramLabel = "N",
            description =
                    "Pixels of the model's input: photos are bent to N x N, so that no border is lost (default: the"
                            + " model's own size).")
    private Optional<Integer> side = Optional.empty();

    static final class PoolingConverter implements ITypeConverter<Pooling> {
        @Override
        public Pooling convert(String text) {
            try {
                return Pooling.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** As the options say. */
    DescriptorReader reader(Model model, int parts) {
        int patch = model.config().patch();
        int pixels = side.orElseGet(() -> usual(model));
        if (pixels < 1 || pixels % patch != 0) {
            throw new IllegalArgumentException("--size " + pixels + ": this model sees patches of " + patch + " x "
                    + patch + " pixels. Take a multiple, such as "
                    + Math.max(patch, Math.round((float) pixels / patch) * patch) + ".");
        }
        return DescriptorReader.whole(model, pixels).with(pooling).withGrid(parts);
    }

    /** The options in words, so that a search can read photos as the index was built. */
    static Map<String, String> notes(DescriptorReader reader) {
        Map<String, String> notes = new LinkedHashMap<>();
        notes.put(POOLING, reader.pooling().describe());
        notes.put(PARTS, Integer.toString(reader.grid()));
        if (reader.transform().sizing() instanceof Sizing.Exact exact) {
            notes.put(SIDE, Integer.toString(exact.height()));
        }
        return notes;
    }

    /** As {@link #notes} tell. */
    static DescriptorReader reader(Model model, Map<String, String> notes) {
        int side = Integer.parseInt(notes.getOrDefault(SIDE, Integer.toString(usual(model))));
        return DescriptorReader.whole(model, side)
                .with(Pooling.of(notes.getOrDefault(POOLING, Pooling.CLS.describe())))
                .withGrid(Integer.parseInt(notes.getOrDefault(PARTS, "0")));
    }

    private static int usual(Model model) {
        Sizing sizing = model.card().transform().sizing();
        if (sizing instanceof Sizing.Exact exact) {
            return exact.height();
        }
        return sizing instanceof Sizing.ShorterSideThenCrop crop ? crop.crop() : USUAL_SIDE;
    }
}
