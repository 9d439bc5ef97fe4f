package io.github.dino4j.export;

import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageLoader;
import io.github.dino4j.image.Loaded;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.weights.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/**
 * Features of many images into one file. Decoding runs ahead of the model; images of equal size that follow one another
 * make a batch; results are written beside the model; an image that cannot be read is reported and left out.
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
    private final LongSupplier clock;

    /**
     * How a job runs.
     *
     * @param batch images that go through the model at once
     * @param decoders threads that read images ahead of the model; empty: as many as the engine has. They rest when enough
     *     images are ready, and work while the model waits for one.
     * @param streams batches that go through the model side by side; empty: one or two, whichever a job of 100 batches or
     *     more finds to be faster with its first ones; in a shorter one, or by a plain model, what is usual: two in packed
     *     float32, else one
     * @param restart throws away what an interrupted run has left, instead of going on
     */
    public record Options(int batch, OptionalInt decoders, OptionalInt streams, boolean restart, ImageDecoder decoder) {
        public static final Options DEFAULT =
                new Options(8, OptionalInt.empty(), OptionalInt.empty(), false, ImageDecoder.standard());

        public Options {
            if (batch < 1 || decoders.orElse(1) < 1 || streams.orElse(1) < 1) {
                throw new IllegalArgumentException("batch, decoders and streams must be at least 1, found " + batch
                        + ", " + decoders.orElse(1) + " and " + streams.orElse(1));
            }
        }

        public Options withBatch(int images) {
            return new Options(images, decoders, streams, restart, decoder);
        }

        public Options withDecoders(int threads) {
            return new Options(batch, OptionalInt.of(threads), streams, restart, decoder);
        }

        public Options withStreams(int batches) {
            return new Options(batch, decoders, OptionalInt.of(batches), restart, decoder);
        }

        public Options withRestart(boolean restart) {
            return new Options(batch, decoders, streams, restart, decoder);
        }

        public Options withDecoder(ImageDecoder decoder) {
            return new Options(batch, decoders, streams, restart, decoder);
        }
    }

    /** Told about every image, on the thread of {@link #run}, after its batch is in the journal. */
    public interface Listener {
        Listener NONE = new Listener() {};

        /** The job starts; {@code done} images are in the journal of an interrupted run. */
        default void begins(int images, int done) {}

        /** It is known how many batches go through the model side by side; also {@link Summary#streams}. */
        default void streams(StreamChoice choice) {}

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
     * @param streams batches that went through the model side by side, at the end
     */
    public record Summary(
            Path output,
            FeatureSource source,
            int written,
            List<Failure> failed,
            int resumed,
            Duration time,
            StreamChoice streams) {
        public Summary {
            failed = List.copyOf(failed);
        }
    }

    public FeatureJob(Model model, Transform transform, FeatureKind kind, Options options) {
        this(model, transform, kind, options, System::nanoTime);
    }

    /** A job whose choice of streams goes by another clock of nanoseconds. */
    FeatureJob(Model model, Transform transform, FeatureKind kind, Options options, LongSupplier clock) {
        this.clock = clock;
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
            StreamChoice streams = encode(images.subList(resumed, images.size()), journal, writer, listener);
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
                    Duration.ofNanos(System.nanoTime() - start),
                    streams);
        }
    }

    /** Images that go through the model together, those that could not be read in their places. */
    private static final class Batch {
        final List<Loaded> images = new ArrayList<>();
        final List<Pixels> pixels = new ArrayList<>();

        Running begin(Streams streams) {
            return new Running(images, streams.begin(pixels));
        }

        /** An image that could not be read fits anywhere. */
        boolean hasRoomFor(Loaded loaded, int most) {
            return !(loaded instanceof Loaded.Ok ok)
                    || pixels.isEmpty()
                    || (pixels.size() < most && sameSize(pixels.get(0), ok.pixels()));
        }

        void add(Loaded loaded) {
            images.add(loaded);
            if (loaded instanceof Loaded.Ok ok) {
                pixels.add(ok.pixels());
            }
        }
    }

    /** A batch whose features are being computed. */
    private record Running(List<Loaded> images, Future<List<Features>> features) {}

    /** This thread puts batches together and writes results; decoding and the model have threads of their own. */
    private StreamChoice encode(List<Path> images, Journal journal, FeatureWriter writer, Listener listener) {
        int decoders = options.decoders().orElse(Engine.threads());
        int batches = images.size() / options.batch();
        try (Streams streams = Streams.of(model, options.streams(), batches, clock);
                ImageLoader loader = ImageLoader.open(
                        images, options.decoder(), transform, decoders, 2 * options.batch() + decoders)) {
            if (!streams.isTrying()) {
                listener.streams(streams.choice());
            }
            Deque<Running> running = new ArrayDeque<>();
            Batch batch = new Batch();
            while (loader.hasNext()) {
                Loaded loaded = checked(loader.next());
                if (!batch.hasRoomFor(loaded, options.batch())) {
                    if (streams.isTurnFull()) {
                        finishAll(running, journal, writer, listener);
                        streams.turnEnds();
                        if (!streams.isTrying()) {
                            listener.streams(streams.choice());
                        }
                    }
                    running.add(batch.begin(streams));
                    batch = new Batch();
                }
                batch.add(loaded);
                while (running.size() >= streams.depth()
                        || (!running.isEmpty() && running.element().features.isDone())) {
                    finish(running.remove(), journal, writer, listener);
                }
            }
            running.add(batch.begin(streams));
            finishAll(running, journal, writer, listener);
            return streams.choice();
        }
    }

    private void finishAll(Deque<Running> running, Journal journal, FeatureWriter writer, Listener listener) {
        while (!running.isEmpty()) {
            finish(running.remove(), journal, writer, listener);
        }
    }

    private void finish(Running batch, Journal journal, FeatureWriter writer, Listener listener) {
        List<Features> features = Streams.result(batch.features);
        List<Journal.Entry> entries = new ArrayList<>();
        int row = 0;
        for (Loaded loaded : batch.images) {
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
        tell(batch.images, entries, listener);
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
