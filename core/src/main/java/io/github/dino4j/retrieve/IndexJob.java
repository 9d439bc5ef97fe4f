package io.github.dino4j.retrieve;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.image.ImageLoader;
import io.github.dino4j.image.Loaded;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.tensor.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Brings an index up to date with a folder of photos: new files are added, changed ones replaced, those that are gone deleted.
 * Which those are, size and date tell. It commits every few seconds, so that a killed job loses little, and the same job goes on
 * where it stopped.
 */
public final class IndexJob {
    /** Keys of an image's attributes. */
    public static final String BYTES = "bytes";

    public static final String MODIFIED = "modified";

    private static final int BATCH = 8;
    private static final long COMMIT_NANOS = Duration.ofSeconds(5).toNanos();

    private final PhotoDescriber reader;
    private final ImageDecoder decoder;

    public IndexJob(PhotoDescriber reader, ImageDecoder decoder) {
        this.reader = reader;
        this.decoder = decoder;
    }

    /** Told on the thread of {@link #run}. */
    public interface Listener {
        Listener NONE = new Listener() {};

        /** So many photos will be read. */
        default void begins(int photos) {}

        /** A photo is in the index, or cannot be. */
        default void step(Path photo) {}
    }

    /** A photo that is not in the index. */
    public record Failure(Path photo, String reason) {}

    /**
     * What became of the folder's photos.
     *
     * @param unchanged that were in the index before
     */
    public record Summary(int added, int changed, int unchanged, int deleted, List<Failure> failed, Duration time) {
        public Summary {
            failed = List.copyOf(failed);
        }
    }

    /** The photos of a folder by the names they have in an index: their paths in it, with slashes. */
    public static Map<String, Path> photos(Path folder) {
        Map<String, Path> photos = new LinkedHashMap<>();
        for (Path photo : ImageFolder.of(folder)) {
            photos.put(name(folder, photo), photo);
        }
        return photos;
    }

    private static String name(Path folder, Path photo) {
        return folder.toAbsolutePath()
                .normalize()
                .relativize(photo.toAbsolutePath().normalize())
                .toString()
                .replace('\\', '/');
    }

    /**
     * Runs the job.
     *
     * @param photos by name, see {@link #photos}
     * @throws RetrievalException if the index is of another model, pooling or preparation
     * @throws io.github.dino4j.predict.NotFiniteException if the model gives NaN; what was committed stays
     */
    public Summary run(Map<String, Path> photos, ImageIndex index, Listener listener) {
        long start = System.nanoTime();
        index.requireSpaces(reader.spaces());
        Map<String, Map<String, String>> known = index.images();
        Map<Path, Wanted> wanted = new LinkedHashMap<>();
        Counts counts = new Counts();
        try (IndexUpdate update = index.update()) {
            for (String name : known.keySet()) {
                if (!photos.containsKey(name)) {
                    update.delete(name);
                    counts.deleted++;
                }
            }
            photos.forEach((name, photo) -> {
                Map<String, String> stamp = stamp(photo);
                Map<String, String> before = known.get(name);
                if (!stamp.equals(before)) {
                    wanted.put(photo, new Wanted(name, stamp, before != null));
                }
            });
            listener.begins(wanted.size());
            read(wanted, update, listener, counts);
            update.commit();
            return new Summary(
                    counts.added,
                    counts.changed,
                    photos.size() - wanted.size(),
                    counts.deleted,
                    counts.failed,
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /** A photo to be read. */
    private record Wanted(String name, Map<String, String> stamp, boolean known) {}

    private static final class Counts {
        private int added;
        private int changed;
        private int deleted;
        private final List<Failure> failed = new ArrayList<>();
    }

    private static Map<String, String> stamp(Path photo) {
        try {
            Map<String, String> stamp = new LinkedHashMap<>();
            stamp.put(BYTES, Long.toString(Files.size(photo)));
            stamp.put(MODIFIED, Files.getLastModifiedTime(photo).toString());
            return stamp;
        } catch (IOException e) {
            throw new UncheckedIOException(photo + ": its size and date cannot be read", e);
        }
    }

    private interface Sink {
        void put(Path photo, DescriptorReader.Described described);
    }

    private void read(Map<Path, Wanted> wanted, IndexUpdate update, Listener listener, Counts counts) {
        long[] committed = {System.nanoTime()};
        Consumer<Failure> fails = failure -> {
            counts.failed.add(failure);
            update.delete(of(wanted, failure.photo()).name()); // what it showed before is there no more
            listener.step(failure.photo());
        };
        Sink puts = (photo, described) -> {
            Wanted one = of(wanted, photo);
            try {
                update.put(new IndexedImage(one.name(), described.vector(), described.parts(), one.stamp()));
            } catch (IllegalArgumentException e) {
                fails.accept(new Failure(photo, String.valueOf(e.getMessage())));
                return;
            }
            counts.added += one.known() ? 0 : 1;
            counts.changed += one.known() ? 1 : 0;
            listener.step(photo);
            if (System.nanoTime() - committed[0] > COMMIT_NANOS) {
                update.commit();
                committed[0] = System.nanoTime();
            }
        };
        each(List.copyOf(wanted.keySet()), puts, fails);
    }

    private static Wanted of(Map<Path, Wanted> wanted, Path photo) {
        return Objects.requireNonNull(wanted.get(photo));
    }

    /**
     * Vectors of some photos, spread evenly over all, from which a reduction is learned.
     *
     * @param most photos that are read
     * @return photos that cannot be read are left out
     */
    public List<DescriptorReader.Described> sample(List<Path> photos, int most, Listener listener) {
        List<Path> some = new ArrayList<>();
        int count = Math.min(most, photos.size());
        for (int i = 0; i < count; i++) {
            some.add(photos.get((int) ((long) i * photos.size() / count)));
        }
        listener.begins(some.size());
        List<DescriptorReader.Described> described = new ArrayList<>();
        each(
                some,
                (photo, one) -> {
                    described.add(one);
                    listener.step(photo);
                },
                failure -> listener.step(failure.photo()));
        return described;
    }

    /** Decoding runs ahead of the model; photos of one size that follow one another make a batch. */
    private void each(List<Path> photos, Sink sink, Consumer<Failure> failures) {
        int decoders = Engine.threads();
        try (ImageLoader loader =
                ImageLoader.open(photos, decoder, reader.transform(), decoders, 2 * BATCH + decoders)) {
            List<Path> paths = new ArrayList<>();
            List<Pixels> batch = new ArrayList<>();
            while (loader.hasNext()) {
                Loaded loaded = loader.next();
                if (loaded instanceof Loaded.Ok ok) {
                    paths.add(ok.path());
                    batch.add(ok.pixels());
                } else if (loaded instanceof Loaded.Failed bad) {
                    failures.accept(
                            new Failure(bad.path(), String.valueOf(bad.error().getMessage())));
                }
                if (batch.size() == BATCH || (!loader.hasNext() && !batch.isEmpty())) {
                    List<DescriptorReader.Described> described = reader.readPrepared(batch);
                    for (int i = 0; i < described.size(); i++) {
                        sink.put(paths.get(i), described.get(i));
                    }
                    paths.clear();
                    batch.clear();
                }
            }
        }
    }
}
