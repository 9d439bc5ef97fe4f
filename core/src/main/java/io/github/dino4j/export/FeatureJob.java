package io.github.dino4j.export;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageLoader;
import io.github.dino4j.image.Loaded;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import io.github.dino4j.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Features of many images into one file. Decoding runs ahead of the model; images of equal size that follow one another
 * make a batch; an image that cannot be read is reported and left out.
 *
 * <p>A job can be killed at any moment. What is done lies in {@code <output>.partial} and {@code <output>.partial.jsonl};
 * the same job, run again, goes on there and gives the same bytes as without the interruption (with the same batch size
 * and threads). The output appears at the end, whole, and the journal goes.
 */
public final class FeatureJob {
    private final Model model;
    private final Transform transform;
    private final FeatureKind kind;
    private final Options options;

    /**
     * How a job runs.
     *
     * @param batch images that go through the model at once
     * @param decoders threads that read images ahead of the model
     * @param restart throws away what an interrupted run has left, instead of going on
     */
    public record Options(int batch, int decoders, boolean restart, ImageDecoder decoder) {
        public static final Options DEFAULT = new Options(
                8, Math.max(1, Runtime.getRuntime().availableProcessors() / 2), false, ImageDecoder.standard());

        public Options {
            if (batch < 1 || decoders < 1) {
                throw new IllegalArgumentException(
                        "batch and decoders must be at least 1, found " + batch + " and " + decoders);
            }
        }

        public Options withBatch(int images) {
            return new Options(images, decoders, restart, decoder);
        }

        public Options withRestart(boolean restart) {
            return new Options(batch, decoders, restart, decoder);
        }

        public Options withDecoder(ImageDecoder decoder) {
            return new Options(batch, decoders, restart, decoder);
        }
    }

    /** Told about every image, on the thread of {@link #run}, after its batch is in the journal. */
    public interface Listener {
        Listener NONE = new Listener() {};

        /** The job starts; {@code done} images are in the journal of an interrupted run. */
        default void begins(int images, int done) {}

        /** An image went through the model as {@code rows} x {@code columns} patches. */
        default void encoded(Path image, int rows, int columns) {}

        default void failed(Failure failure) {}

        /** All images are through, the output is being written. */
        default void writes(Path output) {}
    }

    /** An image that is not in the output; the reason names it, and the way out. */
    public record Failure(Path image, String reason) {
        @Override
        public String toString() {
            return reason;
        }
    }

    /**
     * How a job ended.
     *
     * @param written rows in the output; if 0, no file was written
     * @param failed images left out, in order
     * @param resumed images that an interrupted run had done
     */
    public record Summary(
            Path output, FeatureSource source, int written, List<Failure> failed, int resumed, Duration time) {
        public Summary {
            failed = List.copyOf(failed);
        }
    }

    public FeatureJob(Model model, Transform transform, FeatureKind kind, Options options) {
        this.model = model;
        this.transform = transform;
        this.kind = kind;
        this.options = options;
    }

    /**
     * Runs the job, or what is left of it.
     *
     * @param output the file; its ending tells the format, see {@link FeatureWriter#ENDINGS}
     * @throws IllegalArgumentException if the format, the kind and the sizes do not go together
     * @throws ExportException if something cannot be written; checked before the first image where it can be
     */
    public Summary run(List<Path> images, Path output, Listener listener) {
        long start = System.nanoTime();
        FeatureWriter writer = FeatureWriter.of(output);
        writer.check(kind);
        requirePatches(transform.sizing());
        FeatureSource source = FeatureSource.of(model, transform, kind);
        try (Journal journal = Journal.open(output, source, images, options.restart())) {
            int resumed = journal.next();
            listener.begins(images.size(), resumed);
            encode(images.subList(resumed, images.size()), journal, writer, listener);
            FeatureTable table = journal.table();
            if (!table.rows().isEmpty()) {
                listener.writes(output);
                write(writer, output, table, journal);
            }
            journal.remove();
            return new Summary(
                    output,
                    source,
                    table.rows().size(),
                    journal.failures(),
                    resumed,
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private void encode(List<Path> images, Journal journal, FeatureWriter writer, Listener listener) {
        try (ImageLoader loader = ImageLoader.open(
                images, options.decoder(), transform, options.decoders(), 2 * options.batch() + options.decoders())) {
            List<Loaded> batch = new ArrayList<>();
            List<Pixels> pixels = new ArrayList<>();
            while (loader.hasNext()) {
                Loaded loaded = checked(loader.next());
                if (loaded instanceof Loaded.Ok ok) {
                    boolean fits = pixels.isEmpty() || sameSize(pixels.get(0), ok.pixels());
                    if (!fits || pixels.size() == options.batch()) {
                        flush(batch, pixels, journal, writer, listener);
                    }
                    pixels.add(ok.pixels());
                }
                batch.add(loaded);
            }
            flush(batch, pixels, journal, writer, listener);
        }
    }

    private void flush(
            List<Loaded> batch, List<Pixels> pixels, Journal journal, FeatureWriter writer, Listener listener) {
        List<Features> features = pixels.isEmpty() ? List.of() : model.features(pixels);
        List<Journal.Entry> entries = new ArrayList<>();
        int row = 0;
        for (Loaded loaded : batch) {
            int index = journal.next() + entries.size();
            if (loaded instanceof Loaded.Failed failed) {
                entries.add(new Journal.Entry.Unreadable(
                        index, String.valueOf(failed.error().getMessage())));
            } else {
                entries.add(entry(index, loaded.path(), features.get(row++)));
            }
        }
        journal.append(entries);
        if (kind == FeatureKind.DENSE) {
            requireFit(writer, journal);
        }
        tell(batch, entries, listener);
        batch.clear();
        pixels.clear();
    }

    private Journal.Entry entry(int index, Path image, Features features) {
        float[] values = kind.of(features);
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return new Journal.Entry.Unreadable(
                        index,
                        image + ": the model gives " + value + " for it. Check the checkpoint: weights that were never"
                                + " loaded or a broken download look like this.");
            }
        }
        return new Journal.Entry.Encoded(index, features.height(), features.width(), values);
    }

    private static void tell(List<Loaded> batch, List<Journal.Entry> entries, Listener listener) {
        for (int i = 0; i < entries.size(); i++) {
            Path image = batch.get(i).path();
            if (entries.get(i) instanceof Journal.Entry.Encoded encoded) {
                listener.encoded(image, encoded.height(), encoded.width());
            } else if (entries.get(i) instanceof Journal.Entry.Unreadable unreadable) {
                listener.failed(new Failure(image, unreadable.reason()));
            }
        }
    }

    /** A format that cannot hold what has come so far will not hold it at the end: stop now, leave nothing. */
    private static void requireFit(FeatureWriter writer, Journal journal) {
        try {
            writer.check(journal.table());
        } catch (IllegalArgumentException e) {
            journal.remove();
            throw e;
        }
    }

    private static void write(FeatureWriter writer, Path output, FeatureTable table, Journal journal) {
        try {
            writer.write(output, table);
        } catch (IOException e) {
            throw new ExportException(output + ": cannot be written: " + Reason.of(e) + ". " + journal.kept(), e);
        } catch (CheckpointException e) {
            throw new ExportException(e.getMessage() + " " + journal.kept(), e);
        }
    }

    private Loaded checked(Loaded loaded) {
        if (loaded instanceof Loaded.Ok ok
                && (ok.pixels().height() % patch() != 0 || ok.pixels().width() % patch() != 0)) {
            return new Loaded.Failed(
                    ok.path(),
                    new io.github.dino4j.image.ImageException(ok.path() + ": "
                            + notWhole(ok.pixels().height(), ok.pixels().width())));
        }
        return loaded;
    }

    /** A size that is known beforehand is refused beforehand. */
    private void requirePatches(Sizing sizing) {
        int height = 0;
        int width = 0;
        if (sizing instanceof Sizing.Exact exact) {
            height = exact.height();
            width = exact.width();
        } else if (sizing instanceof Sizing.ShorterSideThenCrop crop) {
            height = crop.crop();
            width = crop.crop();
        }
        if (height % patch() != 0 || width % patch() != 0) {
            throw new IllegalArgumentException(notWhole(height, width));
        }
    }

    private String notWhole(int height, int width) {
        return height + " x " + width + " pixels are no whole patches of " + patch() + " x " + patch()
                + ". Take " + nearest(height) + " x " + nearest(width)
                + ", or a sizing that keeps the aspect, pads or crops to whole patches.";
    }

    private int nearest(int side) {
        return Math.max(1, Math.round((float) side / patch())) * patch();
    }

    private int patch() {
        return model.config().patch();
    }

    private static boolean sameSize(Pixels a, Pixels b) {
        return a.height() == b.height() && a.width() == b.width();
    }
}
