package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.retrieve.ContactSheet;
import io.github.dino4j.retrieve.DescriptorReader;
import io.github.dino4j.retrieve.Hit;
import io.github.dino4j.retrieve.ImageIndex;
import io.github.dino4j.retrieve.IndexedImage;
import io.github.dino4j.retrieve.Query;
import io.github.dino4j.retrieve.RetrievalException;
import io.github.dino4j.visual.Figure;
import io.github.dino4j.visual.HtmlReport;
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
        name = "search",
        description = "Find the photos of an index that are nearest to a photo, or to a part of it.",
        footer = {
            "",
            "Examples:",
            "  dino4j search cat.jpg --index photos.index",
            "  dino4j search cat.jpg --index photos.index -k 30 --exact -o cats.html",
            "  dino4j search cat.jpg --index photos.index --patch 300,120    # photos with something like this eye"
        })
final class SearchCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Option(names = "--index", required = true, paramLabel = "INDEX", description = "As 'dino4j index' has made it.")
    private Path folder = Path.of("");

    @Mixin
    private SearchOptions model = new SearchOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = {"-k", "--count"},
            paramLabel = "N",
            description = "Photos that are told (default: ${DEFAULT-VALUE}).")
    private int k = 11;

    @Option(
            names = "--patch",
            paramLabel = "X,Y",
            converter = SimilarityCommand.PointConverter.class,
            description =
                    "Search by the part around this point, in pixels of the photo or in percent (50%%,30%%); the index"
                            + " was built with --parts.")
    private Optional<SimilarityCommand.Point> patch = Optional.empty();

    @Option(names = "--exact", description = "Compare all vectors instead of following the graph.")
    private boolean exact;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description = "Vectors that the graph's search keeps in view: more find more (default: 100, or 2 k).")
    private Optional<Integer> candidates = Optional.empty();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description =
                    "A contact sheet, a .png, or a page with the protocol, a .html (default: ${DEFAULT-VALUE}; with"
                            + " --json none).")
    private Path output = Path.of("search.png");

    @Option(names = "--json", description = "What was found, and the protocol, as JSON on stdout.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "PHOTO", description = "What is looked for.")
    private Path photo = Path.of("");

    /** A query with the part it was made of. */
    private record Asked(Query query, Optional<Box> place) {}

    @Override
    public Integer call() throws IOException {
        boolean draws = !json || console.given("--output");
        String name = output.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(".png") && !name.endsWith(".html")) {
            throw console.usage("--output " + output + ": wanted a .png or a .html");
        }
        if (draws) {
            Output.checkFile(output);
        }
        if (exact && candidates.isPresent()) {
            throw console.usage("--exact and --candidates exclude each other: an exact search looks at all");
        }
        RgbImage picture = decoding.decoder().read(photo);
        try (ImageIndex index = ImageIndex.open(folder)) {
            if (index.size() == 0) {
                throw new RetrievalException(folder + ": the index is empty. Add photos with 'dino4j index'.");
            }
            try (Dino dino = model.load(index, console)) {
                Asked asked = asked(
                        picture,
                        DescriptorOptions.reader(dino.model(), index.options().notes()),
                        index);
                long start = System.nanoTime();
                List<Hit> hits = index.search(asked.query());
                double millis = (System.nanoTime() - start) / 1e6;
                Map<String, Object> protocol = protocol(index, asked);
                List<String> warnings = dino.card().warnings();
                if (draws) {
                    draw(picture, asked, hits, index, protocol, warnings);
                }
                report(hits, millis, protocol, warnings, draws);
            }
        }
        return ExitCode.OK;
    }

    private Asked asked(RgbImage picture, DescriptorReader reader, ImageIndex index) {
        index.requireSpaces(reader.spaces());
        Asked asked;
        if (patch.isPresent()) {
            if (index.spaces().parts().isEmpty()) {
                throw new RetrievalException(folder
                        + ": the index has no vectors of parts to search by --patch; build one with 'dino4j index"
                        + " --parts 4'.");
            }
            SimilarityCommand.Point point = patch.get().in(picture);
            IndexedImage.Part part = reader.readPart(picture, point.x(), point.y());
            asked = new Asked(
                    Query.of(reader.partSpace(), part.vector(), k).with(Query.Target.PARTS), Optional.of(part.place()));
        } else {
            asked = new Asked(Query.of(reader.space(), reader.read(picture), k), Optional.empty());
        }
        Query query = asked.query();
        if (candidates.isPresent()) {
            query = query.withCandidates(candidates.get());
        }
        return new Asked(exact ? query.with(Query.Method.EXACT) : query, asked.place());
    }

    private static Map<String, Object> protocol(ImageIndex index, Asked asked) {
        Map<String, Object> protocol = new LinkedHashMap<>(SearchOptions.protocol(index));
        Query query = asked.query();
        protocol.put("images", index.size());
        protocol.put("k", query.k());
        protocol.put("target", query.target().name().toLowerCase(Locale.ROOT));
        protocol.put("method", query.method().name().toLowerCase(Locale.ROOT));
        if (query.method() == Query.Method.GRAPH) {
            protocol.put("candidates", Math.max(query.candidates(), query.k()));
        }
        return protocol;
    }

    private void draw(
            RgbImage picture,
            Asked asked,
            List<Hit> hits,
            ImageIndex index,
            Map<String, Object> protocol,
            List<String> warnings)
            throws IOException {
        ImageDecoder decoder = decoding.decoder();
        String title = "Nearest of " + protocol.get("images") + " photos by " + protocol.get("space");
        RgbImage sheet = ContactSheet.of(picture, asked.place(), hits, SearchOptions.photos(index), decoder, title);
        if (output.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            Output.png(output, sheet);
            return;
        }
        HtmlReport report = new HtmlReport("Photos like " + photo.getFileName());
        warnings.forEach(report::notice);
        Map<String, String> table = new LinkedHashMap<>();
        hits.forEach(hit -> table.put(hit.id(), String.format(Locale.ROOT, "%.4f", hit.similarity())));
        Map<String, String> facts = new LinkedHashMap<>();
        protocol.forEach((key, value) -> {
            if (value instanceof Map<?, ?> map) {
                map.forEach((inner, text) -> facts.put(String.valueOf(inner), String.valueOf(text)));
            } else {
                facts.put(key, String.valueOf(value));
            }
        });
        report.section("Found", folder.toString())
                .figure(Figure.of(sheet, title))
                .table("Cosines", table)
                .table("Protocol", facts);
        Output.written(output, report::write);
    }

    private void report(
            List<Hit> hits, double millis, Map<String, Object> protocol, List<String> warnings, boolean drawn) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("query", photo.toString());
            map.put("hits", hits.stream().map(SearchCommand::json).toList());
            map.put("milliseconds", millis);
            if (drawn) {
                map.put("output", output.toString());
            }
            map.put("protocol", protocol);
            map.put("warnings", warnings);
            console.json(map);
            return;
        }
        List<List<String>> table = new ArrayList<>(List.of(List.of("cosine", "photo")));
        hits.forEach(hit -> table.add(List.of(String.format(Locale.ROOT, "%.4f", hit.similarity()), hit.id())));
        Table.of(table).forEach(console.out()::println);
        console.out().println(output);
    }

    private static Map<String, Object> json(Hit hit) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("image", hit.id());
        map.put("similarity", hit.similarity());
        hit.place().ifPresent(box -> map.put("place", List.of(box.x0(), box.y0(), box.x1(), box.y1())));
        return map;
    }
}
