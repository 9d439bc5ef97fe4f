package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.retrieve.DescriptorReader;
import io.github.dino4j.retrieve.Hit;
import io.github.dino4j.retrieve.ImageIndex;
import io.github.dino4j.retrieve.IndexOptions;
import io.github.dino4j.retrieve.IndexOptions.Storage;
import io.github.dino4j.retrieve.IndexUpdate;
import io.github.dino4j.retrieve.IndexedImage;
import io.github.dino4j.retrieve.Query;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Recall of the index against exact search, and queries a second, over a folder of photos by a backbone that is drawn at
 * random (DINOv1's ViT-S/16 by its shape): for the default settings, int8, principal components, and other numbers of
 * candidates. Queries are photos of the folder turned left to right, which are not in the index themselves.
 */
public final class RetrievalRecall {
    private static final int K = 10;
    private static final int BATCH = 32;

    private RetrievalRecall() {}

    /**
     * Arguments: a folder of photos, a folder for the indices, {@code --seed}, {@code --queries}, {@code --side}, {@code
     * --model} for a checkpoint instead of a random backbone.
     */
    public static void main(String[] args) throws IOException {
        Arguments arguments = new Arguments(args);
        Path photos = Path.of(arguments.at(0, "a folder of photos"));
        Path folder = Path.of(arguments.at(1, "a folder for the indices"));
        int side = arguments.number("side", 64);
        List<Path> files = ImageFolder.of(photos);
        try (Model model = model(arguments)) {
            DescriptorReader reader = DescriptorReader.whole(model, side);
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s, %d threads%n",
                    model.card().title(),
                    reader.transform().describe(),
                    Engine.threads());
            long start = System.nanoTime();
            float[][] vectors = read(reader, files, false);
            System.out.printf(Locale.ROOT, "%d photos read in %.0f s%n", vectors.length, seconds(start));
            int queries = Math.min(arguments.number("queries", 1000), files.size());
            List<Path> asked = new ArrayList<>();
            for (int i = 0; i < queries; i++) {
                asked.add(files.get((int) ((long) i * files.size() / queries)));
            }
            float[][] sought = read(reader, asked, true);
            List<IndexOptions> all = List.of(
                    IndexOptions.DEFAULT,
                    IndexOptions.DEFAULT.with(Storage.INT8),
                    IndexOptions.DEFAULT.withReduced(128),
                    IndexOptions.DEFAULT.with(Storage.INT8).withReduced(128));
            List<Set<String>> truth = new ArrayList<>();
            for (IndexOptions options : all) {
                String name = options.storage()
                        + (options.reduced().isPresent()
                                ? "-" + options.reduced().getAsInt()
                                : "");
                measure(folder.resolve(name), reader, options, vectors, sought, truth);
            }
        }
    }

    private static Model model(Arguments arguments) {
        String file = arguments.text("model", "");
        return file.isEmpty()
                ? Model.random(BackboneCatalog.get("dino_vits16").config(), arguments.number("seed", 7))
                : Model.load(Path.of(file), LoadOptions.DEFAULT);
    }

    private static float[][] read(DescriptorReader reader, List<Path> files, boolean mirrored) {
        float[][] vectors = new float[files.size()][];
        for (int first = 0; first < vectors.length; first += BATCH) {
            List<RgbImage> batch = files.subList(first, Math.min(first + BATCH, vectors.length)).parallelStream()
                    .map(file -> ImageDecoder.standard().read(file))
                    .map(photo -> mirrored ? mirror(photo) : photo)
                    .toList();
            List<DescriptorReader.Described> described = reader.readAll(batch);
            for (int i = 0; i < batch.size(); i++) {
                vectors[first + i] = described.get(i).vector();
            }
        }
        return vectors;
    }

    private static RgbImage mirror(RgbImage photo) {
        byte[] from = photo.rgb();
        byte[] to = new byte[from.length];
        int width = photo.width();
        for (int i = 0; i < from.length / 3; i++) {
            int other = i / width * width + width - 1 - i % width;
            System.arraycopy(from, 3 * i, to, 3 * other, 3);
        }
        return RgbImage.of(width, photo.height(), to);
    }

    /** @param truth of the vectors as they are; filled by the first index, which keeps them so */
    private static void measure(
            Path folder,
            DescriptorReader reader,
            IndexOptions options,
            float[][] vectors,
            float[][] sought,
            List<Set<String>> truth)
            throws IOException {
        long start = System.nanoTime();
        try (ImageIndex index = options.reduced().isEmpty()
                        ? ImageIndex.create(folder, reader.spaces(), options)
                        : ImageIndex.create(
                                folder,
                                reader.spaces(),
                                options,
                                FeatureRows.of(Arrays.copyOf(vectors, Math.min(2000, vectors.length))),
                                Optional.empty());
                IndexUpdate update = index.update()) {
            for (int i = 0; i < vectors.length; i++) {
                update.put(IndexedImage.of(Integer.toString(i), vectors[i]));
                if (i % 4000 == 3999) {
                    update.commit();
                }
            }
            update.commit();
        }
        double built = seconds(start);
        try (ImageIndex index = ImageIndex.open(folder)) {
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s: built in %.1f s (%.0f vectors a second), %.1f MB on disk%n",
                    options.storage(),
                    options.reduced().isPresent() ? options.reduced().getAsInt() + " components" : "all dimensions",
                    built,
                    vectors.length / built,
                    size(folder) / 1e6);
            List<Query> exact = new ArrayList<>();
            for (float[] vector : sought) {
                exact.add(Query.of(reader.space(), vector, K).with(Query.Method.EXACT));
            }
            start = System.nanoTime();
            List<Set<String>> kept =
                    index.searchAll(exact).stream().map(RetrievalRecall::ids).toList();
            double together = seconds(start);
            start = System.nanoTime();
            exact.subList(0, 20).forEach(index::search);
            double alone = seconds(start) / 20;
            if (truth.isEmpty()) {
                truth.addAll(kept);
            }
            System.out.printf(
                    Locale.ROOT,
                    "  exact: recall@%d %.4f, %.1f queries a second one by one, %.0f together%n",
                    K,
                    recall(kept, truth),
                    1 / alone,
                    sought.length / together);
            for (int candidates : List.of(20, 50, Query.CANDIDATES, 200, 400)) {
                List<Set<String>> found = new ArrayList<>();
                for (int round = 0; round < 2; round++) { // the first one warms up
                    found.clear();
                    start = System.nanoTime();
                    for (float[] vector : sought) {
                        found.add(ids(
                                index.search(Query.of(reader.space(), vector, K).withCandidates(candidates))));
                    }
                }
                System.out.printf(
                        Locale.ROOT,
                        "  graph, %d candidates%s: recall@%d %.4f (%.4f of what is kept), %.0f queries a second%n",
                        candidates,
                        candidates == Query.CANDIDATES ? " (default)" : "",
                        K,
                        recall(found, truth),
                        recall(found, kept),
                        sought.length / seconds(start));
            }
        }
    }

    private static Set<String> ids(List<Hit> hits) {
        Set<String> ids = new HashSet<>();
        hits.forEach(hit -> ids.add(hit.id()));
        return ids;
    }

    private static double recall(List<Set<String>> found, List<Set<String>> truth) {
        long common = 0;
        for (int i = 0; i < found.size(); i++) {
            Set<String> one = found.get(i);
            common += truth.get(i).stream().filter(one::contains).count();
        }
        return (double) common / (K * found.size());
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
