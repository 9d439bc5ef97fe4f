package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.depth.DepthMap;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.eval.Setup;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
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
        name = "depth",
        description = "Tell the depth of every pixel in metres, or the height of a canopy: a coloured picture with its"
                + " scale.",
        footer = {
            "",
            "Examples:",
            "  dino4j depth -m dinov2_vits14.pth --head dinov2_vits14_nyu_dpt_head.pth -o out photos/",
            "  dino4j depth -m model.pth --head head.pth --preset nyu -o room.png --ply --focal 525 room.jpg",
            "  dino4j depth -m random:7 --random-head 7 cat.jpg"
        })
final class DepthCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DepthHeadOptions depth = new DepthHeadOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "A .png for one image, or a folder: a picture each (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "depth");

    @Option(names = "--npy", description = "Also NAME.npy: metres, float32 [height, width].")
    private boolean npy;

    @Option(
            names = "--png16",
            description = "Also NAME.depth.png: millimetres as 16-bit grey, as depth cameras write them; up to 65.5 m.")
    private boolean png16;

    @Option(names = "--tiff", description = "Also NAME.tiff: metres, one channel of float32.")
    private boolean tiff;

    @Option(names = "--ply", description = "Also NAME.ply: a cloud of coloured points; needs --focal.")
    private boolean ply;

    @Option(
            names = "--focal",
            paramLabel = "PIXELS",
            description = "The camera's focal length in pixels of the photo, for --ply.")
    private Optional<Double> focal = Optional.empty();

    @Option(
            names = "--skip-unreadable",
            description = "Exit with 0 although images could not be read; they are listed either way.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "Least, greatest and middle value, the files and the settings on stdout.")
    private boolean json;

    @Parameters(arity = "1..*", paramLabel = "IMAGES", description = "As in 'dino4j features'.")
    private List<String> arguments = List.of();

    private final List<List<String>> table = new ArrayList<>();
    private final List<Map<String, Object>> results = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        depth.check(console);
        if (ply != focal.isPresent()) {
            throw console.usage(
                    ply
                            ? "--ply needs the camera's focal length: --focal PIXELS. Of a phone's photo it is about 0.75"
                                    + " times the longer side"
                            : "--focal is for --ply, which is missing");
        }
        List<Path> paths = ImageFolder.expand(arguments);
        Places places = Places.of(output, paths, console);
        Photos photos = new Photos(paths, decoding.decoder());
        try (Dino dino = model.load(console);
                DepthPredictor predictor = depth.load(dino.model(), console)) {
            List<String> warnings = depth.head().warnings(dino.card().warnings());
            photos.each(console, (image, path, photo) -> {
                DepthMap map = predictor.predict(photo);
                note(path, map, write(places, image, photo, map));
            });
            report(photos, Setup.of(predictor), predictor.preset().quantity().label(), warnings);
        }
        return photos.exitCode(skipUnreadable, console);
    }

    private List<Path> write(Places places, int image, RgbImage photo, DepthMap map) throws IOException {
        List<Path> written = new ArrayList<>(List.of(places.picture(image)));
        Output.png(places.picture(image), map.withScaleBar());
        if (npy) {
            written.add(Output.written(places.beside(image, ".npy"), map::writeNpy));
        }
        if (png16) {
            written.add(Output.written(places.beside(image, ".depth.png"), map::writePng16));
        }
        if (tiff) {
            written.add(Output.written(places.beside(image, ".tiff"), map::writeTiff));
        }
        if (ply) {
            written.add(Output.written(
                    places.beside(image, ".ply"), file -> map.writePly(file, photo, focal.orElseThrow())));
        }
        return written;
    }

    private void note(Path path, DepthMap map, List<Path> written) {
        table.add(List.of(path.toString(), metres(map.min()), metres(map.median()), metres(map.max())));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("image", path.toString());
        result.put("width", map.width());
        result.put("height", map.height());
        result.put("output", written.stream().map(Path::toString).toList());
        result.put("min", map.min());
        result.put("median", map.median());
        result.put("max", map.max());
        results.add(result);
    }

    private static String metres(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private void report(Photos photos, Setup setup, String quantity, List<String> warnings) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("quantity", quantity);
            map.put("unit", "m");
            map.put("warnings", warnings);
            map.putAll(setup.values());
            map.put("images", results);
            map.put("failed", photos.failed());
            console.json(map);
        } else if (!table.isEmpty()) {
            table.add(0, List.of("image", "min m", "median m", "max m"));
            Table.of(table).forEach(console.out()::println);
            console.out().println(output);
        }
    }
}
