package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.correspond.Correspondences;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "match",
        description = "Pair the patches of two photos: lines from each to the one that shows the same.",
        footer = {
            "",
            "Examples:",
            "  dino4j match -m model.pth -o pairs.png left.jpg right.jpg",
            "  dino4j match -m model.pth --all --json left.jpg right.jpg > pairs.json",
            "  dino4j match -m model.pth --dense field.png left.jpg right.jpg"
        })
final class MatchCommand implements Callable<Integer> {
    /** Lines lie so many times on the longer side of a photo, where nobody says. */
    private static final double SPREAD = 24;

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = "--side",
            paramLabel = "N",
            description =
                    "Pixels of the shorter side that photos are resized to, rounded to whole patches; more gives more"
                            + " and smaller patches (default: ${DEFAULT-VALUE}).")
    private int side = 512;

    @Option(
            names = "--spread",
            paramLabel = "N",
            description =
                    "Pixels of the first photo that lie between two pairs, the better one kept (default: a 24th of"
                            + " its longer side).")
    private Optional<Double> spread = Optional.empty();

    @Option(names = "--most", paramLabel = "N", description = "Most pairs, the best (default: ${DEFAULT-VALUE}).")
    private int most = 80;

    @Option(names = "--all", description = "Every pair of patches that choose each other, however near and many.")
    private boolean all;

    @Option(
            names = "--cosine",
            paramLabel = "C",
            description = "Least cosine of a pair, -1 to 1 (default: ${DEFAULT-VALUE}).")
    private double least = -1;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The picture, a .png (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "match.png");

    @Option(
            names = "--dense",
            paramLabel = "FILE",
            description = "Also a picture of all patches: each has the colour of the place where it is found.")
    private Optional<Path> dense = Optional.empty();

    @Option(names = "--json", description = "The pairs as JSON on stdout.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "A", description = "A photo.")
    private Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "B", description = "Another one.")
    private Path second = Path.of("");

    @Override
    public Integer call() throws IOException {
        check();
        ImageDecoder decoder = decoding.decoder();
        RgbImage a = decoder.read(first);
        RgbImage b = decoder.read(second);
        try (Dino loaded = model.load(console)) {
            int patch = loaded.card().config().patch();
            Dino dino = loaded.with(loaded.card()
                    .transform()
                    .withSizing(new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, Math.max(side, patch), patch)));
            Correspondences mutual = Correspondences.mutual(dino.features(a), dino.features(b));
            Correspondences shown = mutual.atLeast(least);
            if (!all) {
                shown = shown.spread(spread.orElse(Math.max(a.width(), a.height()) / SPREAD))
                        .most(most);
            }
            Output.png(output, shown.picture(a, b));
            if (dense.isPresent()) {
                Output.png(dense.get(), mutual.field(a, b));
            }
            report(mutual, shown, dino.card().warnings());
        }
        return ExitCode.OK;
    }

    private void check() throws IOException {
        if (side < 1 || most < 1) {
            throw console.usage((side < 1 ? "--side " + side : "--most " + most) + ": wanted a number above 0");
        }
        if (spread.isPresent() && !(spread.get() >= 0)) {
            throw console.usage("--spread " + spread.get() + ": wanted 0 or more pixels");
        }
        if (!(least >= -1 && least <= 1)) {
            throw console.usage("--cosine " + least + ": a cosine lies between -1 and 1");
        }
        if (all && (spread.isPresent() || console.given("--most"))) {
            throw console.usage("--all takes every pair; --spread and --most thin them out. Leave one of the two out.");
        }
        if (!console.given("--output")) {
            Output.folder(Path.of("dino4j-out"));
        }
        Output.checkFile(output);
        if (dense.isPresent()) {
            Output.checkFile(dense.get());
        }
    }

    private void report(Correspondences mutual, Correspondences shown, List<String> warnings) {
        if (json) {
            List<Map<String, Object>> pairs = new ArrayList<>();
            for (Correspondences.Pair pair : shown.pairs()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("a", List.of(pair.ax(), pair.ay()));
                one.put("b", List.of(pair.bx(), pair.by()));
                one.put("cosine", pair.cosine());
                pairs.add(one);
            }
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("a", first.toString());
            map.put("b", second.toString());
            map.put("warnings", warnings);
            map.put("output", output.toString());
            dense.ifPresent(file -> map.put("dense", file.toString()));
            map.put("mutual", mutual.pairs().size());
            map.put("pairs", pairs);
            console.json(map);
        } else {
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%d patches choose each other, %d shown%s",
                            mutual.pairs().size(),
                            shown.pairs().size(),
                            shown.pairs().isEmpty()
                                    ? ""
                                    : String.format(
                                            Locale.ROOT,
                                            ", cosine %.3f to %.3f",
                                            shown.pairs()
                                                    .get(shown.pairs().size() - 1)
                                                    .cosine(),
                                            shown.pairs().get(0).cosine())));
            console.out().println(output);
            dense.ifPresent(console.out()::println);
        }
    }
}
