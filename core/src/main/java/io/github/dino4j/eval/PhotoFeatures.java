package io.github.dino4j.eval;

import io.github.dino4j.classify.FeatureFile;
import io.github.dino4j.classify.FeatureReader;
import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.data.BadFile;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.Sample;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * How photos of a set become features: by a backbone, or as the baseline that knows nothing, by their pixels. Immutable; a
 * reading takes the caller's thread and holds one batch of photos.
 */
public final class PhotoFeatures {
    private static final int BATCH = 16;

    private final Rows source;
    private final Setup setup;
    private final ImageDecoder decoder;
    private final Unreadable rule;
    private final int batch;
    private final Optional<Path> spill;

    /** Photos to features. */
    private interface Rows {
        float[][] of(List<RgbImage> photos);
    }

    private PhotoFeatures(
            Rows source, Setup setup, ImageDecoder decoder, Unreadable rule, int batch, Optional<Path> spill) {
        this.source = source;
        this.setup = setup;
        this.decoder = decoder;
        this.rule = rule;
        this.batch = batch;
        this.spill = spill;
    }

    /** By a backbone. */
    public static PhotoFeatures of(FeatureReader reader) {
        Map<String, Object> setup = new LinkedHashMap<>();
        setup.put("backbone", Setup.backbone(reader.model()));
        setup.put("features", reader.input().describe());
        setup.put("transform", reader.transform().describe());
        return new PhotoFeatures(
                reader::read, new Setup(setup), ImageDecoder.standard(), Unreadable.FAIL, BATCH, Optional.empty());
    }

    /**
     * The mean colours of the cells of a grid: what any features have to beat.
     *
     * @param side cells of the grid's side
     */
    public static PhotoFeatures pixels(int side) {
        Setup setup = new Setup(Map.of("features", "pixels, mean over " + side + " x " + side + " cells, minus 0.5"));
        return new PhotoFeatures(
                photos -> photos.stream().map(photo -> cells(photo, side)).toArray(float[][]::new),
                setup,
                ImageDecoder.standard(),
                Unreadable.FAIL,
                BATCH,
                Optional.empty());
    }

    /** How photos are read. */
    public PhotoFeatures with(ImageDecoder other) {
        return new PhotoFeatures(source, setup, other, rule, batch, spill);
    }

    /** What becomes of photos that cannot be read; without this, {@link Unreadable#FAIL}. */
    public PhotoFeatures with(Unreadable other) {
        return new PhotoFeatures(source, setup, decoder, other, batch, spill);
    }

    /** That many photos at once; without this, {@value #BATCH}. */
    public PhotoFeatures withBatch(int photos) {
        if (photos < 1) {
            throw new IllegalArgumentException("a batch has at least one photo, not " + photos);
        }
        return new PhotoFeatures(source, setup, decoder, rule, photos, spill);
    }

    /** Features go to a temporary file in this folder, for sets whose features memory does not hold. */
    public PhotoFeatures inFile(Path folder) {
        return new PhotoFeatures(source, setup, decoder, rule, batch, Optional.of(folder));
    }

    /** Model and settings, as a result tells them. */
    public Setup setup() {
        return setup;
    }

    /**
     * Reads all photos of a set.
     *
     * @throws DataSetException naming every photo that cannot be read, before the first pass; or if none can be
     * @throws IllegalArgumentException if a photo has no class
     * @throws CancellationException if the listener says so, or the thread is interrupted
     */
    public LabelledFeatures read(TruthSet set, EvaluationListener listener) {
        set.examples().forEach(example -> category(set, example));
        List<BadFile> unreadable = check(set, listener);
        List<Example> examples = set.examples().stream()
                .filter(example ->
                        unreadable.stream().noneMatch(bad -> bad.file().equals(example.image())))
                .toList();
        listener.begins(examples.size());
        long start = System.nanoTime();
        Collected rows = new Collected(spill);
        for (int first = 0; first < examples.size(); first += batch) {
            requireGoing(listener, set, first);
            List<Example> some = examples.subList(first, Math.min(first + batch, examples.size()));
            List<RgbImage> photos =
                    some.stream().map(example -> decoder.read(example.image())).toList();
            for (float[] row : source.of(photos)) {
                rows.add(row);
                double seconds = (System.nanoTime() - start) * 1e-9;
                listener.evaluated(new EvaluationListener.Step(
                        sample(examples.get(rows.size() - 1)),
                        rows.size(),
                        examples.size(),
                        rows.size() / seconds,
                        Double.NaN));
            }
        }
        return new LabelledFeatures(
                new Evaluated(set.name(), rows.size(), unreadable),
                set.classes(),
                rows.rows(),
                examples.stream().mapToInt(example -> category(set, example)).toArray());
    }

    /** Rows on their way to memory or to a file. */
    private static final class Collected {
        private final Optional<Path> folder;
        private final List<float[]> kept = new ArrayList<>();
        private @Nullable FeatureFile file;

        Collected(Optional<Path> folder) {
            this.folder = folder;
        }

        void add(float[] row) {
            if (folder.isEmpty()) {
                kept.add(row);
                return;
            }
            FeatureFile open = file == null ? FeatureFile.create(folder.get(), row.length) : file;
            open.add(row);
            file = open;
        }

        int size() {
            return file == null ? kept.size() : file.size();
        }

        FeatureRows rows() {
            return file == null ? FeatureRows.of(kept.toArray(new float[0][])) : file;
        }
    }

    private List<BadFile> check(TruthSet set, EvaluationListener listener) {
        listener.checks(set.size());
        List<BadFile> unreadable = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) {
            requireGoing(listener, set, 0);
            Path photo = set.example(i).image();
            try {
                decoder.read(photo);
            } catch (ImageException e) {
                unreadable.add(new BadFile(photo, String.valueOf(e.getMessage())));
            }
        }
        if (!unreadable.isEmpty() && rule == Unreadable.FAIL) {
            throw new DataSetException(
                    set.name() + ": " + unreadable.size() + " of " + set.size() + " photos cannot be read, nothing was"
                            + " evaluated. Repair them or take them away; they may also be skipped:",
                    unreadable);
        }
        if (unreadable.size() == set.size()) {
            throw new DataSetException(set.name() + ": no photo can be read:", unreadable);
        }
        return unreadable;
    }

    private static void requireGoing(EvaluationListener listener, TruthSet set, int done) {
        if (listener.cancelled() || Thread.currentThread().isInterrupted()) {
            throw new CancellationException("the evaluation of " + set.name() + " was cancelled; " + done + " of "
                    + set.size() + " photos went through, no result was made");
        }
    }

    private static int category(TruthSet set, Example example) {
        return example.category()
                .orElseThrow(() -> new IllegalArgumentException(
                        set.name() + ": '" + example.name() + "' has no class of the whole photo; read class folders"
                                + " (ClassFolders) or a manifest with a class for each photo"));
    }

    /** The truth of a photo is its folder. */
    private static Sample sample(Example example) {
        Path folder = Optional.ofNullable(example.image().getParent()).orElse(example.image());
        return new Sample(example.name(), example.image(), folder);
    }

    /** Mean colours of the cells [side * side * 3], each minus 0.5. */
    private static float[] cells(RgbImage photo, int side) {
        float[] sums = new float[side * side * 3];
        int[] counts = new int[side * side];
        for (int y = 0; y < photo.height(); y++) {
            for (int x = 0; x < photo.width(); x++) {
                int cell = y * side / photo.height() * side + x * side / photo.width();
                int colour = photo.pixel(x, y);
                counts[cell]++;
                for (int c = 0; c < 3; c++) {
                    sums[3 * cell + c] += ((colour >> (16 - 8 * c)) & 0xff) / 255f;
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = sums[i] / Math.max(1, counts[i / 3]) - 0.5f;
        }
        return sums;
    }
}
