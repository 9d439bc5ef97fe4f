package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;
import io.github.dino4j.visual.Montage;
import io.github.dino4j.visual.Similarity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "similarity",
        description = "Draw how similar every patch is to the patch at a point: of the same image, or of another one.",
        footer = {
            "",
            "Examples:",
            "  dino4j similarity -m model.pth --at 300,120 -o eye.png cat.jpg",
            "  dino4j similarity -m model.pth --at 300,120 -o match.png cat.jpg cat-closer.jpg --json"
        })
final class SimilarityCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Option(
            names = "--at",
            required = true,
            paramLabel = "X,Y",
            converter = PointConverter.class,
            description =
                    "The point, in pixels of the first image from its upper left corner; or in percent: 50%%,30%%.")
    private Point at = new Point(0, 0, false);

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The picture, a .png.")
    private Path output = Path.of("");

    @Option(names = "--json", description = "The query, the best match and all cosines as JSON on stdout.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "The image with the point.")
    private Path image = Path.of("");

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "OTHER",
            description = "Where to look for it (default: the same image).")
    private Optional<Path> other = Optional.empty();

    /** A place in an image. */
    record Point(double x, double y, boolean percent) {
        Point in(RgbImage photo) {
            return percent ? new Point(x / 100 * photo.width(), y / 100 * photo.height(), false) : this;
        }
    }

    static final class PointConverter implements ITypeConverter<Point> {
        private static final Pattern TEXT = Pattern.compile("(\\d+(?:\\.\\d+)?)(%?),(\\d+(?:\\.\\d+)?)(%?)");

        @Override
        public Point convert(String text) {
            Matcher matcher = TEXT.matcher(text);
            if (!matcher.matches() || !matcher.group(2).equals(matcher.group(4))) {
                throw new TypeConversionException(
                        "'" + text + "' is no point; give column,row in pixels (300,120) or in percent (50%,30%)");
            }
            return new Point(
                    Double.parseDouble(matcher.group(1)),
                    Double.parseDouble(matcher.group(3)),
                    !matcher.group(2).isEmpty());
        }
    }

    @Override
    public Integer call() throws IOException {
        Output.checkFile(output);
        ImageDecoder decoder = images.decoder();
        RgbImage photo = decoder.read(image);
        Optional<RgbImage> target = other.map(decoder::read);
        try (Dino dino = model.load(images, console)) {
            Point point = at.in(photo);
            Features query = dino.features(photo);
            Features searched = target.map(dino::features).orElse(query);
            Similarity similarity = Similarity.at(query, point.x(), point.y(), searched);
            Output.png(output, target.isPresent() ? pair(similarity, photo, target.get()) : similarity.overlay(photo));
            report(similarity, searched);
        }
        return ExitCode.OK;
    }

    private static RgbImage pair(Similarity similarity, RgbImage photo, RgbImage target) {
        return Montage.ofColumns(2)
                .cellWidth(560)
                .add(similarity.queryOn(photo), "the point")
                .add(
                        similarity.overlay(target),
                        String.format(
                                Locale.ROOT,
                                "its best match, cosine %.3f",
                                similarity.best().cosine()))
                .render();
    }

    private void report(Similarity similarity, Features searched) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("output", output.toString());
            map.put("query", match(similarity.query()));
            map.put("best", match(similarity.best()));
            map.put("grid", List.of(searched.height(), searched.width()));
            map.put("cosines", similarity.values());
            console.json(map);
        } else {
            if (other.isPresent()) {
                Similarity.Match best = similarity.best();
                console.out()
                        .println(String.format(
                                Locale.ROOT,
                                "best match at %.0f,%.0f (patch %d, %d), cosine %.4f",
                                best.x(),
                                best.y(),
                                best.row(),
                                best.column(),
                                best.cosine()));
            }
            console.out().println(output);
        }
    }

    private static Map<String, Object> match(Similarity.Match match) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("row", match.row());
        map.put("column", match.column());
        map.put("x", match.x());
        map.put("y", match.y());
        map.put("cosine", match.cosine());
        return map;
    }
}
