package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.retrieve.ContactSheet;
import io.github.dino4j.retrieve.Hit;
import io.github.dino4j.retrieve.ImageIndex;
import io.github.dino4j.retrieve.IndexJob;
import io.github.dino4j.retrieve.IndexOptions;
import io.github.dino4j.retrieve.Query;
import io.github.dino4j.retrieve.RetrievalException;
import io.github.dino4j.retrieve.TextDescriber;
import io.github.dino4j.text.TextEncoder;
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
        name = "find",
        description = "Find photos by words (dino.txt): an index of photos, asked by a text.",
        footer = {
            "",
            "Examples:",
            "  dino4j find \"a red car\" -m model.pth --head dinotxt.pth --index words.index --photos photos",
            "  dino4j find \"two dogs\" -m model.pth --head dinotxt.pth --index words.index -k 20"
        })
final class FindCommand implements Callable<Integer> {
    /** Key of an index's notes: {@code --size}. */
    private static final String SIZE = "size";

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TextEncoderOptions text = new TextEncoderOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = "--index",
            required = true,
            paramLabel = "INDEX",
            description = "Folder of the index of words; made by the first call with --photos.")
    private Path folder = Path.of("");

    @Option(
            names = "--photos",
            paramLabel = "FOLDER",
            description = "Photos, in it and below it: the index is brought up to date with them first.")
    private Optional<Path> photos = Optional.empty();

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description =
                    "Shorter side of photos for the model, to a multiple of the patch (default: ${DEFAULT-VALUE}).")
    private int size = 512;

    @Option(
            names = {"-k", "--count"},
            paramLabel = "N",
            description = "Photos that are told (default: ${DEFAULT-VALUE}).")
    private int k = 12;

    @Option(names = "--exact", description = "Compare all vectors instead of following the graph.")
    private boolean exact;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "A contact sheet, a .png (default: ${DEFAULT-VALUE}; with --json none).")
    private Path output = Path.of("find.png");

    @Option(names = "--json", description = "What was found, and the protocol, as JSON on stdout.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "TEXT", description = "What is looked for, in words.")
    private String words = "";

    @Override
    public Integer call() throws IOException {
        if (words.isBlank()) {
            throw console.usage("say in words what to look for, such as \"a red car\"");
        }
        if (size < 1) {
            throw console.usage("--size " + size + ": wanted a number of pixels above 0");
        }
        text.check(console);
        boolean draws = !json || console.given("--output");
        if (draws) {
            Output.checkFile(output);
        }
        if (photos.isEmpty() && !ImageIndex.exists(folder)) {
            throw console.usage(folder + ": there is no index; say which photos it shall hold with --photos FOLDER");
        }
        try (Dino dino = model.load(console);
                TextEncoder loaded = text.load(dino.model(), console);
                ImageIndex index = index(new TextDescriber(loaded.withSide(size)))) {
            TextDescriber describer = new TextDescriber(loaded.withSide(side(index)));
            index.requireSpaces(describer.spaces());
            if (photos.isPresent()) {
                update(index, describer, photos.get());
            }
            if (index.size() == 0) {
                throw new RetrievalException(folder + ": the index is empty. Add photos with --photos FOLDER.");
            }
            if (!loaded.fits(words)) {
                console.note("warning: the text is longer than the text encoder reads; what is behind is left out.");
            }
            Query query = describer.ask(words, k);
            List<Hit> hits = index.search(exact ? query.with(Query.Method.EXACT) : query);
            if (draws) {
                Output.png(
                        output,
                        ContactSheet.of(hits, SearchOptions.photos(index), decoding.decoder(), "\"" + words + "\""));
            }
            report(hits, index, draws);
        }
        return ExitCode.OK;
    }

    private ImageIndex index(TextDescriber describer) {
        if (ImageIndex.exists(folder)) {
            return ImageIndex.open(folder);
        }
        String root = SearchOptions.root(photos.orElseThrow());
        return ImageIndex.create(
                folder,
                describer.spaces(),
                IndexOptions.DEFAULT.withNotes(Map.of(SearchOptions.PHOTOS, root, SIZE, Integer.toString(size))));
    }

    /** What is not given is taken from the index. */
    private int side(ImageIndex index) {
        String noted = index.options().notes().get(SIZE);
        return noted == null || console.given("--size") ? size : Integer.parseInt(noted);
    }

    private void update(ImageIndex index, TextDescriber describer, Path root) {
        String own = index.options().notes().get(SearchOptions.PHOTOS);
        if (!SearchOptions.root(root).equals(own)) {
            throw new RetrievalException(folder + ": is the index of '" + own + "', not of '" + root
                    + "': its photos would be forgotten. Name another index with --index.");
        }
        try (IndexProgress progress = new IndexProgress(console)) {
            IndexJob.Summary summary =
                    new IndexJob(describer, decoding.decoder()).run(IndexJob.photos(root), index, progress);
            summary.failed().forEach(failure -> console.err().println("not indexed: " + failure.reason()));
        }
    }

    private void report(List<Hit> hits, ImageIndex index, boolean drawn) {
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("query", words);
            map.put(
                    "hits",
                    hits.stream()
                            .map(hit -> Map.of("image", hit.id(), "similarity", hit.similarity()))
                            .toList());
            if (drawn) {
                map.put("output", output.toString());
            }
            Map<String, Object> protocol = new LinkedHashMap<>(SearchOptions.protocol(index));
            protocol.put("images", index.size());
            protocol.put("method", exact ? "exact" : "graph");
            map.put("protocol", protocol);
            console.json(map);
            return;
        }
        List<List<String>> table = new ArrayList<>(List.of(List.of("cosine", "photo")));
        hits.forEach(hit -> table.add(List.of(String.format(Locale.ROOT, "%.4f", hit.similarity()), hit.id())));
        Table.of(table).forEach(console.out()::println);
        console.out().println(output);
    }
}
