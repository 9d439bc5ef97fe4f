package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.retrieve.DescriptorReader;
import io.github.dino4j.retrieve.ImageIndex;
import io.github.dino4j.retrieve.IndexJob;
import io.github.dino4j.retrieve.IndexOptions;
import io.github.dino4j.retrieve.IndexUpdate;
import io.github.dino4j.retrieve.IndexedImage;
import io.github.dino4j.retrieve.RetrievalException;
import java.nio.file.Path;
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
        name = "index",
        description =
                "Keep vectors of a folder's photos on disk, to search them with 'dino4j search'. Run again, it adds new"
                        + " photos, reads changed ones anew and forgets those that are gone; killed, it goes on.",
        footer = {
            "",
            "Examples:",
            "  dino4j index photos -m model.pth -o photos.index",
            "  dino4j index photos -m model.pth -o photos.index --parts 4    # also searched by a part of a photo",
            "  dino4j index photos -m model.pth -o photos.index --int8 --reduce 256"
        })
final class IndexCommand implements Callable<Integer> {
    private static final int LEAST_SAMPLE = 2000;

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DescriptorOptions descriptor = new DescriptorOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "INDEX",
            description = "Folder of the index; one that is there is brought up to date.")
    private Path output = Path.of("");

    @Option(
            names = "--parts",
            paramLabel = "N",
            description =
                    "Keep also a vector for each cell of a grid of N x N, to be searched by 'search --patch' (default:"
                            + " none; the index grows N * N times).")
    private int parts;

    @Option(names = "--int8", description = "Search over one byte a value: a quarter of the memory (default: float32).")
    private boolean int8;

    @Option(
            names = "--reduce",
            paramLabel = "N",
            description = "Bring vectors down to N values by principal components, learned from the folder's photos.")
    private Optional<Integer> reduced = Optional.empty();

    @Option(names = "--compact", description = "Make one graph of all in the end: searches take the least time.")
    private boolean compact;

    @Option(names = "--check", description = "Read every byte of the index first and compare checksums.")
    private boolean check;

    @Option(
            names = "--skip-unreadable",
            description = "Exit with 0 although photos could not be read; they are listed either way.")
    private boolean skipUnreadable;

    @Option(names = "--json", description = "The summary as JSON on stdout.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Photos, in it and below it.")
    private Path folder = Path.of("");

    @Override
    public Integer call() {
        Map<String, Path> photos = IndexJob.photos(folder);
        Optional<ImageIndex> there =
                ImageIndex.exists(output) ? Optional.of(ImageIndex.open(output)) : Optional.empty();
        try (Dino dino = model.load(console)) {
            there.ifPresent(this::requireSame);
            DescriptorReader reader = there.isPresent() && !console.given("--pooling") && !console.given("--size")
                    ? DescriptorOptions.reader(
                            dino.model(), there.get().options().notes())
                    : descriptor.reader(dino.model(), parts(there));
            IndexJob job = new IndexJob(reader, decoding.decoder());
            ImageIndex index = there.isPresent() ? there.get() : create(reader, job, List.copyOf(photos.values()));
            there = Optional.of(index);
            try (IndexProgress progress = new IndexProgress(console)) {
                IndexJob.Summary summary = job.run(photos, index, progress);
                progress.close();
                if (compact) {
                    try (IndexUpdate update = index.update()) {
                        update.compact();
                    }
                }
                return report(summary, index, reader);
            }
        } finally {
            there.ifPresent(ImageIndex::close);
        }
    }

    private int parts(Optional<ImageIndex> there) {
        return there.isPresent() && !console.given("--parts")
                ? Integer.parseInt(there.get().options().notes().getOrDefault("parts", "0"))
                : parts;
    }

    /** What is given must be as the index was built; what is not given is taken from it. */
    private void requireSame(ImageIndex index) {
        if (check) {
            index.verify();
        }
        Map<String, String> notes = index.options().notes();
        String root = SearchOptions.root(folder);
        if (!root.equals(notes.get(SearchOptions.PHOTOS))) {
            throw new RetrievalException(output + ": is the index of '" + notes.get(SearchOptions.PHOTOS)
                    + "', not of '" + root + "': its photos would be forgotten. Name another index with -o.");
        }
        IndexOptions.Storage storage = int8 ? IndexOptions.Storage.INT8 : IndexOptions.Storage.FLOAT32;
        boolean other = (int8 && index.options().storage() != storage)
                || (reduced.isPresent()
                        && reduced.get() != index.options().reduced().orElse(0))
                || (console.given("--parts") && !Integer.toString(parts).equals(notes.get("parts")));
        if (other) {
            throw new RetrievalException(output + ": was built with other --int8, --reduce or --parts, which are fixed"
                    + " then. Leave them out to bring it up to date, or name another index with -o.");
        }
    }

    private ImageIndex create(DescriptorReader reader, IndexJob job, List<Path> photos) {
        Map<String, String> notes = new LinkedHashMap<>(DescriptorOptions.notes(reader));
        notes.put(SearchOptions.PHOTOS, SearchOptions.root(folder));
        notes.put(SearchOptions.MODEL, SearchOptions.source(model.file()));
        model.adapter().ifPresent(file -> notes.put(SearchOptions.ADAPTER, SearchOptions.root(file)));
        IndexOptions options = IndexOptions.DEFAULT
                .with(int8 ? IndexOptions.Storage.INT8 : IndexOptions.Storage.FLOAT32)
                .withNotes(notes);
        if (reduced.isEmpty()) {
            return ImageIndex.create(output, reader.spaces(), options);
        }
        int dim = reduced.get();
        console.note("learning " + dim + " principal components");
        List<DescriptorReader.Described> sample;
        try (IndexProgress progress = new IndexProgress(console)) {
            sample = job.sample(photos, Math.max(LEAST_SAMPLE, 10 * dim), progress);
        }
        if (sample.isEmpty()) {
            throw new RetrievalException(folder + ": no photo could be read to learn the components from");
        }
        return ImageIndex.create(
                output,
                reader.spaces(),
                options.withReduced(dim),
                FeatureRows.of(
                        sample.stream().map(DescriptorReader.Described::vector).toArray(float[][]::new)),
                reader.grid() == 0
                        ? Optional.empty()
                        : Optional.of(FeatureRows.of(sample.stream()
                                .flatMap(one -> one.parts().stream())
                                .map(IndexedImage.Part::vector)
                                .toArray(float[][]::new))));
    }

    private int report(IndexJob.Summary summary, ImageIndex index, DescriptorReader reader) {
        summary.failed().forEach(failure -> console.err().println("not indexed: " + failure.reason()));
        int images = index.size();
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("index", output.toString());
            map.put("images", images);
            map.put("parts", index.parts());
            map.put("added", summary.added());
            map.put("changed", summary.changed());
            map.put("unchanged", summary.unchanged());
            map.put("deleted", summary.deleted());
            map.put(
                    "failed",
                    summary.failed().stream()
                            .map(f -> Map.of("path", f.photo().toString(), "reason", f.reason()))
                            .toList());
            map.put("seconds", summary.time().toMillis() / 1000.0);
            map.put("protocol", SearchOptions.protocol(index));
            map.put("warnings", reader.model().card().warnings());
            console.json(map);
        } else {
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: %d images (%d added, %d changed, %d unchanged, %d forgotten), %s, %.1f s",
                            output,
                            images,
                            summary.added(),
                            summary.changed(),
                            summary.unchanged(),
                            summary.deleted(),
                            index.spaces().whole().describe(),
                            summary.time().toMillis() / 1000.0));
        }
        if (images == 0) {
            console.err().println("dino4j: no photo could be used, the index is empty");
            return ExitCode.FAILURE;
        }
        return summary.failed().isEmpty() || skipUnreadable ? ExitCode.OK : ExitCode.UNREADABLE;
    }
}
