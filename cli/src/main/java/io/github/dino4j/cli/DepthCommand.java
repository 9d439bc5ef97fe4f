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
    /** Metres of a step of 16-bit files, where nothing is said. */
    private static final double MILLIMETRE = 0.001;

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
            description = "Also NAME.depth.png: 16-bit grey in units of --metres-per-unit, as depth cameras write it.")
    private boolean png16;

    @Option(
            names = "--metres-per-unit",
            paramLabel = "M",
            description = "Metres of one step of --png16 (default: 0.001, millimetres, which reach 65.535 m).")
    private Optional<Double> metresPerUnit = Optional.empty();

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
            description = "Exit with 0 although images could not be read or used; they are listed either way.")
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
        if (focal.isPresent() && !(focal.get() > 0 && focal.get() < Double.POSITIVE_INFINITY)) {
            throw console.usage("--focal " + focal.get() + ": wanted a number of pixels above 0, such as 525");
        }
        metresPerUnit.ifPresent(metres -> requireUnit(metres, console));
        List<Path> paths = ImageFolder.expand(arguments);
        Places places = Places.of(output, paths, console);
        Photos photos = new Photos(paths, decoding.decoder());
        try (Dino dino = model.load(console);
                DepthPredictor predictor = depth.load(dino.model(), console)) {
            depth.head().compare(model, console);
            List<String> warnings = depth.head().warnings(dino.card().warnings());
            photos.each(console, (image, path, photo) -> {
                DepthMap map = predictor.predict(photo);
                note(path, map, write(places, image, photo, map));
            });
            report(photos, Setup.of(predictor), predictor.preset().quantity().label(), warnings);
        }
        return photos.exitCode(skipUnreadable, console);
    }

    private void requireUnit(double metres, Console console) {
        if (!png16) {
            throw console.usage("--metres-per-unit is for --png16, which is missing");
        }
        if (!(metres > 0) || Double.isInfinite(metres)) {
            throw console.usage("--metres-per-unit " + metres
                    + ": wanted a number of metres above 0, such as 0.001 for millimetres");
        }
    }

    private List<Path> write(Places places, int image, RgbImage photo, DepthMap map) throws IOException {
        List<Path> written = new ArrayList<>(List.of(places.picture(image)));
        if (png16) { // first: it alone refuses depths, and a refused photo leaves no files
            double unit = metresPerUnit.orElse(MILLIMETRE);
            written.add(Output.written(places.beside(image, ".depth.png"), file -> map.writePng16(file, unit)));
        }
        Output.png(places.picture(image), map.withScaleBar());
        if (npy) {
            written.add(Output.written(places.beside(image, ".npy"), map::writeNpy));
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
            if (png16) {
                map.put("metres_per_unit", metresPerUnit.orElse(MILLIMETRE));
            }
            map.put("warnings", warnings);
            map.putAll(setup.values());
            map.put("images", results);
            map.put("failed", photos.failed());
            console.json(map);
        } else if (!table.isEmpty()) {
            table.add(0, List.of("image", "min m", "median m", "max m"));
            Table.of(table).forEach(console.out()::println);
            depth.head().conclude(console);
            console.out().println(output);
        }
    }
}
