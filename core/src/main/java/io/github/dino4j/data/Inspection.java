package io.github.dino4j.data;

import io.github.dino4j.augment.LabelledBox;
import io.github.dino4j.depth.DepthImage;
import io.github.dino4j.image.Box;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.LabelImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Reads all files of a set on several threads; what is found is added up in the order of the set. */
final class Inspection {
    /** How far a box may reach over the edge: tools count pixels from 0 or 1, with the last one or without. */
    private static final double SLACK = 1;

    private final TruthSet set;
    private final ImageDecoder decoder = ImageDecoder.standard();
    private final Optional<ClassList> classes;
    private final AtomicBoolean stop = new AtomicBoolean();
    private int done;

    Inspection(TruthSet set) {
        this.set = set;
        this.classes = set.examples().stream()
                        .anyMatch(e -> e.category().isPresent()
                                || e.mask().isPresent()
                                || !e.labels().isEmpty()
                                || !e.boxes().isEmpty())
                ? Optional.of(set.classes())
                : Optional.empty();
    }

    /** What one example has shown. */
    private static final class Finding {
        final List<BadFile> bad = new ArrayList<>();

        @Nullable
        String size;

        long[] pixels = {};
        long ignored;
        float nearest = Float.POSITIVE_INFINITY;
        float farthest;
        long measured;
        long area;

        void bad(Path file, RuntimeException e) {
            String reason = String.valueOf(e.getMessage());
            bad.add(new BadFile(file, reason.startsWith(file.toString()) ? reason : file + ": " + reason));
        }
    }

    DataReport run(int threads, CheckListener listener) {
        if (threads < 1) {
            throw new IllegalArgumentException("a check needs at least 1 thread, found " + threads);
        }
        ExecutorService workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "dino4j-check");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Finding>> findings = new ArrayList<>();
            for (Example example : set.examples()) {
                findings.add(workers.submit(() -> inspect(example, listener)));
            }
            Sum sum = new Sum(classes.map(ClassList::size).orElse(0));
            for (int i = 0; i < set.size(); i++) {
                sum.add(set.example(i), findings.get(i).get());
            }
            return sum.report(set, classes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CancellationException c) {
                throw c;
            }
            throw new IllegalStateException(set.name() + ": the check failed: " + e.getCause(), e.getCause());
        } finally {
            stop.set(true);
            workers.shutdownNow();
        }
    }

    private CancellationException cancelled() {
        return new CancellationException(
                "the check of " + set.name() + " was cancelled after " + done() + " of " + set.size() + " examples");
    }

    private synchronized int done() {
        return done;
    }

    private Finding inspect(Example example, CheckListener listener) {
        if (stop.get() || listener.cancelled()) {
            stop.set(true);
            throw cancelled();
        }
        Finding finding = new Finding();
        RgbImage photo = null;
        try {
            photo = decoder.read(example.image());
            finding.size = photo.width() + " x " + photo.height();
            boxes(example, photo, finding);
        } catch (ImageException | IllegalArgumentException e) {
            finding.bad(example.image(), e);
        }
        RgbImage read = photo;
        example.mask().ifPresent(file -> mask(file, read, finding));
        example.depth().ifPresent(file -> depth(file, read, finding));
        synchronized (this) {
            listener.checked(++done, set.size());
        }
        return finding;
    }

    private void boxes(Example example, RgbImage photo, Finding finding) {
        for (LabelledBox labelled : example.boxes()) {
            Box box = labelled.box();
            Box inside = box.clip(photo.width(), photo.height());
            boolean leaves = box.x0() < -SLACK
                    || box.y0() < -SLACK
                    || box.x1() > photo.width() + SLACK
                    || box.y1() > photo.height() + SLACK;
            if (leaves || inside.area() <= 0) {
                finding.bad.add(new BadFile(
                        example.image(),
                        String.format(
                                Locale.ROOT,
                                "%s: the box of '%s' from (%.1f, %.1f) to (%.1f, %.1f) %s of the photo, %d x %d",
                                example.image(),
                                set.classes().nameOf(labelled.label()),
                                box.x0(),
                                box.y0(),
                                box.x1(),
                                box.y1(),
                                leaves ? "reaches out" : "holds nothing",
                                photo.width(),
                                photo.height())));
            }
        }
    }

    private void mask(Path file, @Nullable RgbImage photo, Finding finding) {
        try {
            LabelImage mask = set.mask(file);
            finding.pixels = new long[set.classes().size()];
            for (int target : mask.targets(set.classes())) {
                if (target < 0) {
                    finding.ignored++;
                } else {
                    finding.pixels[target]++;
                }
            }
            if (photo != null) {
                TruthSet.requireSize(file, "mask", mask.width(), mask.height(), photo);
            }
        } catch (ImageException | IllegalArgumentException e) {
            finding.bad(file, e);
        }
    }

    private void depth(Path file, @Nullable RgbImage photo, Finding finding) {
        try {
            DepthImage depth = set.depth(file);
            finding.area = (long) depth.width() * depth.height();
            finding.measured = depth.measured();
            for (float metres : depth.metres()) {
                if (metres > 0) {
                    finding.nearest = Math.min(finding.nearest, metres);
                    finding.farthest = Math.max(finding.farthest, metres);
                }
            }
            if (photo != null) {
                TruthSet.requireSize(file, "depth", depth.width(), depth.height(), photo);
            }
            if (depth.measured() == 0) {
                throw new IllegalArgumentException(
                        "no pixel is measured; take it away together with its photo, it teaches nothing");
            }
        } catch (ImageException | IllegalArgumentException e) {
            finding.bad(file, e);
        }
    }

    /** All findings together. */
    private static final class Sum {
        final List<BadFile> bad = new ArrayList<>();
        final Map<String, Integer> sizes = new HashMap<>();
        final long[] photos;
        final long[] pixels;
        final long[] boxes;
        long ignored;
        float nearest = Float.POSITIVE_INFINITY;
        float farthest;
        long measured;
        long area;

        Sum(int classes) {
            photos = new long[classes];
            pixels = new long[classes];
            boxes = new long[classes];
        }

        void add(Example example, Finding finding) {
            bad.addAll(finding.bad);
            if (finding.size != null) {
                sizes.merge(finding.size, 1, Integer::sum);
            }
            boolean[] shown = new boolean[photos.length];
            example.category().ifPresent(k -> shown[k] = true);
            example.labels().forEach(k -> shown[k] = true);
            for (LabelledBox box : example.boxes()) {
                boxes[box.label()]++;
                shown[box.label()] = true;
            }
            for (int k = 0; k < finding.pixels.length; k++) {
                pixels[k] += finding.pixels[k];
                shown[k] |= finding.pixels[k] > 0;
            }
            for (int k = 0; k < shown.length; k++) {
                photos[k] += shown[k] ? 1 : 0;
            }
            ignored += finding.ignored;
            nearest = Math.min(nearest, finding.nearest);
            farthest = Math.max(farthest, finding.farthest);
            measured += finding.measured;
            area += finding.area;
        }

        DataReport report(TruthSet set, Optional<ClassList> classes) {
            boolean depth = measured > 0;
            return new DataReport(
                    set.name(),
                    set.size(),
                    set.parts(),
                    bad,
                    sizes,
                    classes,
                    list(photos),
                    list(pixels),
                    list(boxes),
                    ignored,
                    depth ? nearest : Double.NaN,
                    depth ? farthest : Double.NaN,
                    depth ? (double) measured / area : Double.NaN);
        }

        private static List<Long> list(long[] counts) {
            return Arrays.stream(counts).boxed().toList();
        }
    }
}
