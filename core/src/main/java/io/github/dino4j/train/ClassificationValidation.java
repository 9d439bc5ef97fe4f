package io.github.dino4j.train;

import io.github.dino4j.classify.ClassificationMetrics;
import io.github.dino4j.classify.MultiLabelMetrics;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.visual.Montage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Measures classifiers side by side over the same images.
 *
 * @param several whether images have any number of labels
 * @param batch images at once
 */
record ClassificationValidation(Examples<ClassExample> examples, ClassList classes, boolean several, int batch) {
    private static final int SHEET_COLUMNS = 4;
    private static final int SHEET_ROWS = 2;
    private static final int SHEET_WIDTH = 180;

    /** Runs all classifiers over a batch. */
    interface Scorer {
        /** Logits by classifier, image and class. */
        List<double[][]> scores(List<Input> batch);
    }

    /** Scores of the best classifier and of each, and which was best: the first of equals. */
    record Outcome(Scores scores, int best) {}

    Outcome evaluate(List<Probe> probes, String loss, Scorer scorer) {
        List<Count> counts =
                probes.stream().map(probe -> new Count(classes, several)).toList();
        for (int first = 0; first < examples.size(); first += batch) {
            List<ClassExample> some = load(first, Math.min(first + batch, examples.size()));
            List<double[][]> scores = scorer.scores(ClassExample.inputs(some));
            for (int p = 0; p < counts.size(); p++) {
                for (int i = 0; i < some.size(); i++) {
                    counts.get(p).add(scores.get(p)[i], some.get(i).labels());
                }
            }
        }
        String chief = several ? "mAP" : "top1";
        Map<String, Double> each = new LinkedHashMap<>();
        int best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        for (int p = 0; p < counts.size(); p++) {
            double value = counts.get(p).chief();
            each.put(chief + "/" + probes.get(p).name(), value);
            if (value > highest) {
                highest = value;
                best = p;
            }
        }
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(chief, counts.get(best).chief());
        if (!several) {
            values.put("top5", counts.get(best).metrics.top5());
        }
        if (probes.size() > 1) {
            values.putAll(each);
        }
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("images", examples.size());
        protocol.put("classes", classes.names());
        protocol.put("loss", loss);
        protocol.put("classifiers", probes.size());
        protocol.put("best", probes.get(best).name());
        protocol.put("choice", "largest " + chief + " on these images, the first of equals");
        return new Outcome(new Scores(values, chief, true, protocol), best);
    }

    /** What one classifier has got right so far. */
    private static final class Count {
        private final ClassificationMetrics metrics;
        private final MultiLabelMetrics precision;
        private final boolean several;

        Count(ClassList classes, boolean several) {
            metrics = new ClassificationMetrics(classes);
            precision = new MultiLabelMetrics(classes.size());
            this.several = several;
        }

        void add(double[] scores, List<Integer> labels) {
            if (several) {
                boolean[] truth = new boolean[scores.length];
                labels.forEach(label -> truth[label] = true);
                precision.add(scores, truth);
            } else {
                metrics.add(scores, labels.get(0));
            }
        }

        double chief() {
            return several ? precision.meanAveragePrecision() : metrics.top1();
        }
    }

    /** Photos spread over the examples, each with its predicted and its true class. */
    RgbImage sheet(int classifier, Normalisation normalisation, Scorer scorer) {
        Montage sheet = Montage.ofColumns(SHEET_COLUMNS).fillWidth(SHEET_WIDTH).title("predicted (true)");
        int count = Math.min(SHEET_COLUMNS * SHEET_ROWS, examples.size());
        for (int n = 0; n < count; n++) {
            int index = (int) ((long) n * examples.size() / count);
            List<ClassExample> one = load(index, index + 1);
            double[] scores = scorer.scores(ClassExample.inputs(one)).get(classifier)[0];
            int best = IntStream.range(0, scores.length)
                    .reduce((a, b) -> scores[b] > scores[a] ? b : a)
                    .orElseThrow();
            String truth = one.get(0).labels().stream().map(classes::nameOf).collect(Collectors.joining(", "));
            sheet.add(picture(one.get(0).input(), normalisation), classes.nameOf(best) + " (" + truth + ")");
        }
        return sheet.render();
    }

    /** The photo that became this input. */
    private static RgbImage picture(Input input, Normalisation normalisation) {
        int size = input.height() * input.width();
        float[] mean = normalisation.mean();
        float[] std = normalisation.std();
        byte[] rgb = new byte[3 * size];
        for (int i = 0; i < rgb.length; i++) {
            int channel = i % 3;
            float value = input.values()[channel * size + i / 3] * std[channel] + mean[channel];
            rgb[i] = (byte) Math.round(255 * Math.min(1, Math.max(0, value)));
        }
        return RgbImage.of(input.width(), input.height(), rgb);
    }

    private List<ClassExample> load(int from, int to) {
        List<ClassExample> some = new ArrayList<>();
        for (int i = from; i < to; i++) {
            some.add(examples.load(i, new SplittableRandom(i)));
        }
        return some;
    }
}
