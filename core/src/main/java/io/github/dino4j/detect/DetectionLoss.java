package io.github.dino4j.detect;

import io.github.dino4j.decoder.BipartiteMatcher;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What training a {@link Detector} minimises (DETR, arXiv:2005.12872, section 3.1, with the focal loss of RetinaNet,
 * arXiv:1708.02002; generalised IoU, arXiv:1902.09630): each object is given the query that says it most cheaply, which then
 * learns its class and box, while all others learn to be silent. So on every decoder layer and, without classes, on the
 * proposals. Queries that only training has get every object several times (hybrid matching, arXiv:2207.13080).
 *
 * <p>Costs and losses are weighed alike. Boxes are compared as shares of the image, sums divided by the number of objects.
 * Immutable.
 *
 * @param classWeight of the focal loss
 * @param boxWeight of the absolute differences of centres and sides
 * @param giouWeight of 1 - GIoU
 * @param alpha share of objects in the focal loss
 * @param gamma how much less is learned of what is known already
 * @param extraWeight of the queries that only training has
 */
public record DetectionLoss(
        double classWeight, double boxWeight, double giouWeight, double alpha, double gamma, double extraWeight) {
    /** 2, 5, 2; alpha 0.25, gamma 2; extra queries as much as the others. */
    public static final DetectionLoss STANDARD = new DetectionLoss(2, 5, 2, 0.25, 2, 1);

    /** Keeps costs finite. */
    private static final double EPS = 1e-8;

    /**
     * Objects of one image.
     *
     * @param boxes centred, in pixels of the model's input, four numbers each
     * @param categories the class of each
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Targets(float[] boxes, int[] categories) {
        public Targets {
            if (boxes.length != 4 * categories.length) {
                throw new IllegalArgumentException(
                        boxes.length + " numbers for " + categories.length + " boxes; each has four");
            }
        }

        int size() {
            return categories.length;
        }

        /** Crowds and boxes without extent are left out: nothing can be learned of them. */
        public static Targets of(List<TrueBox> truths) {
            List<TrueBox> single = truths.stream()
                    .filter(t -> !t.crowd() && t.box().width() > 0 && t.box().height() > 0)
                    .toList();
            Targets targets = new Targets(new float[4 * single.size()], new int[single.size()]);
            for (int i = 0; i < single.size(); i++) {
                TrueBox truth = single.get(i);
                targets.boxes[4 * i] = (float) truth.box().centreX();
                targets.boxes[4 * i + 1] = (float) truth.box().centreY();
                targets.boxes[4 * i + 2] = (float) truth.box().width();
                targets.boxes[4 * i + 3] = (float) truth.box().height();
                targets.categories[i] = truth.category();
            }
            return targets;
        }

        /** The same objects without their classes. */
        Targets anyClass() {
            return new Targets(boxes, new int[size()]);
        }

        Targets repeated(int times) {
            Targets all = new Targets(new float[boxes.length * times], new int[size() * times]);
            for (int i = 0; i < times; i++) {
                System.arraycopy(boxes, 0, all.boxes, i * boxes.length, boxes.length);
                System.arraycopy(categories, 0, all.categories, i * size(), size());
            }
            return all;
        }
    }

    /**
     * The loss.
     *
     * @param total what is minimised, a tensor without axes
     * @param parts by name, weighed: {@code class}, {@code box}, {@code giou} of the last layer, {@code layers before},
     *     {@code proposals}, {@code extra queries}
     */
    public record Value(Tensor total, Map<String, Double> parts) {
        public Value {
            parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        }
    }

    /**
     * The loss of a batch, with gradients.
     *
     * @param targets of each image
     * @param repeats how often each object is given to queries that only training has
     * @throws IllegalArgumentException if there are not as many targets as images, or a class is unknown
     */
    public Value of(DetectorOutput output, List<Targets> targets, int repeats) {
        int images = (int) output.limits().size(0);
        if (targets.size() != images) {
            throw new IllegalArgumentException(targets.size() + " lists of objects for " + images + " images");
        }
        Map<String, Double> parts = new LinkedHashMap<>();
        List<Tensor> sum = new ArrayList<>();
        int last = output.layers().size() - 1;
        List<Tensor> before = new ArrayList<>();
        List<Tensor> extra = new ArrayList<>();
        List<Targets> repeated = targets.stream().map(t -> t.repeated(repeats)).toList();
        for (int i = 0; i <= last; i++) {
            BoxPrediction layer = output.layers().get(i);
            int answering = Math.min(output.queries(), layer.count());
            Terms terms = terms(layer.queries(0, answering), output.limits(), targets);
            if (i < last) {
                before.add(terms.total());
            } else {
                parts.put("class", terms.classes.item());
                parts.put("box", terms.boxes.item());
                parts.put("giou", terms.giou.item());
                sum.add(terms.total());
            }
            if (layer.count() > answering && repeats > 0) {
                BoxPrediction others = layer.queries(answering, layer.count() - answering);
                extra.add(terms(others, output.limits(), repeated).total().mul(extraWeight));
            }
        }
        BoxPrediction proposals = output.proposals();
        BoxPrediction objectness = new BoxPrediction(proposals.classes().narrow(2, 0, 1), proposals.boxes());
        add(sum, parts, "layers before", before);
        add(
                sum,
                parts,
                "proposals",
                List.of(terms(
                                objectness,
                                output.limits(),
                                targets.stream().map(Targets::anyClass).toList())
                        .total()));
        add(sum, parts, "extra queries", extra);
        return new Value(total(sum), parts);
    }

    private static void add(List<Tensor> sum, Map<String, Double> parts, String name, List<Tensor> terms) {
        if (!terms.isEmpty()) {
            Tensor part = total(terms);
            parts.put(name, part.item());
            sum.add(part);
        }
    }

    private static Tensor total(List<Tensor> terms) {
        Tensor total = terms.get(0);
        for (Tensor term : terms.subList(1, terms.size())) {
            total = total.add(term);
        }
        return total;
    }

    private record Terms(Tensor classes, Tensor boxes, Tensor giou) {
        Tensor total() {
            return classes.add(boxes).add(giou);
        }
    }

    /** Matches and weighs one set of queries. */
    private Terms terms(BoxPrediction prediction, Tensor limits, List<Targets> targets) {
        long images = prediction.classes().size(0);
        int queries = prediction.count();
        int classes = (int) prediction.classes().size(2);
        float[] logits = prediction.classes().detach().toFloats();
        float[] boxes = prediction.boxes().detach().toFloats();
        float[] sizes = limits.detach().toFloats();
        float[] wanted = new float[logits.length];
        List<Long> rows = new ArrayList<>();
        List<Float> there = new ArrayList<>();
        List<Float> shares = new ArrayList<>();
        int objects = 0;
        for (int b = 0; b < images; b++) {
            Targets image = targets.get(b);
            objects += image.size();
            float[] costs = new Costs(logits, boxes, sizes, b, queries, classes).of(image, this);
            int[] queryOf = BipartiteMatcher.match(costs, image.size(), queries);
            for (int t = 0; t < image.size(); t++) {
                if (queryOf[t] == BipartiteMatcher.NONE) {
                    continue;
                }
                long row = (long) b * queries + queryOf[t];
                rows.add(row);
                wanted[(int) row * classes + image.categories[t]] = 1;
                for (int k = 0; k < 4; k++) {
                    there.add(image.boxes[4 * t + k]);
                    shares.add(1 / sizes[4 * b + k]);
                }
            }
        }
        double each = 1.0 / Math.max(1, objects);
        Tensor focal = focal(
                        prediction.classes(),
                        Tensor.of(wanted, prediction.classes().shape()))
                .mul(classWeight * each);
        if (rows.isEmpty()) { // a sum over no boxes, still with its way back
            Tensor none = prediction.boxes().sum(false, 0, 1, 2).mul(0);
            return new Terms(focal, none, none);
        }
        Tensor matched = prediction
                .boxes()
                .flatten(0, 1)
                .rows(rows.stream().mapToLong(r -> r).toArray());
        Tensor truth = Tensor.of(array(there), rows.size(), 4);
        Tensor share = Tensor.of(array(shares), rows.size(), 4);
        Tensor l1 = matched.sub(truth).mul(share).abs().sum(false, 0, 1).mul(boxWeight * each);
        Tensor giou = Boxes.giouOfPairs(Boxes.corners(matched), Boxes.corners(truth));
        return new Terms(focal, l1, giou.neg().add(1).sum(false, 0).mul(giouWeight * each));
    }

    private static float[] array(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    /** Sum of the focal losses of all queries and classes. */
    private Tensor focal(Tensor logits, Tensor wanted) {
        Tensor p = logits.sigmoid();
        Tensor absent = wanted.neg().add(1);
        Tensor entropy = logits.relu() // max(x, 0) - x t + log(1 + e^-|x|): finite for logits of any size
                .sub(logits.mul(wanted))
                .add(logits.abs().neg().exp().add(1).log());
        Tensor missed = p.mul(absent).add(p.neg().add(1).mul(wanted)); // 1 - the probability of what is true
        Tensor share = wanted.mul(alpha).add(absent.mul(1 - alpha));
        return entropy.mul(missed.pow(gamma)).mul(share).sum(false, 0, 1, 2);
    }

    /** What it costs that a query says an object of image b; rows are objects. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Costs(float[] logits, float[] boxes, float[] sizes, int b, int queries, int classes) {
        float[] of(Targets targets, DetectionLoss weights) {
            float[] costs = new float[targets.size() * queries];
            for (int t = 0, i = 0; t < targets.size(); t++) {
                if (targets.categories[t] >= classes) {
                    throw new IllegalArgumentException("an object is of class " + targets.categories[t]
                            + ", the detector has 0 to " + (classes - 1));
                }
                for (int q = 0; q < queries; q++, i++) {
                    int row = b * queries + q;
                    costs[i] = (float)
                            (weights.classWeight * weights.focalCost(logits[row * classes + targets.categories[t]])
                                    + weights.boxWeight * distance(row, targets.boxes, t)
                                    - weights.giouWeight * giou(4 * row, targets.boxes, 4 * t));
                }
            }
            return costs;
        }

        private double distance(int row, float[] truth, int t) {
            double sum = 0;
            for (int k = 0; k < 4; k++) {
                sum += Math.abs(boxes[4 * row + k] - truth[4 * t + k]) / sizes[4 * b + k];
            }
            return sum;
        }

        private double giou(int i, float[] truth, int j) {
            double width = side(i, truth, j, 0, false);
            double height = side(i, truth, j, 1, false);
            double both = Math.max(0, width) * Math.max(0, height);
            double union = (double) boxes[i + 2] * boxes[i + 3] + (double) truth[j + 2] * truth[j + 3] - both;
            double hull = side(i, truth, j, 0, true) * side(i, truth, j, 1, true);
            return union > 0 && hull > 0 ? both / union - (hull - union) / hull : -1;
        }

        /** Length along an axis that both boxes cover, or that the box around both has. */
        private double side(int i, float[] truth, int j, int axis, boolean around) {
            double low1 = boxes[i + axis] - boxes[i + 2 + axis] / 2.0;
            double low2 = truth[j + axis] - truth[j + 2 + axis] / 2.0;
            double high1 = boxes[i + axis] + boxes[i + 2 + axis] / 2.0;
            double high2 = truth[j + axis] + truth[j + 2 + axis] / 2.0;
            return around
                    ? Math.max(high1, high2) - Math.min(low1, low2)
                    : Math.min(high1, high2) - Math.max(low1, low2);
        }
    }

    /** What saying a class costs more than not saying it. */
    private double focalCost(float logit) {
        double p = 1 / (1 + Math.exp(-logit));
        double said = alpha * Math.pow(1 - p, gamma) * -Math.log(p + EPS);
        double silent = (1 - alpha) * Math.pow(p, gamma) * -Math.log(1 - p + EPS);
        return said - silent;
    }
}
