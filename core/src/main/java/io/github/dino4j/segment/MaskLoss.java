package io.github.dino4j.segment;

import io.github.dino4j.decoder.BipartiteMatcher;
import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What training Mask2Former minimises (arXiv:2112.01527, "Improving training efficiency" and appendix). Queries are matched
 * with the true masks of their image, one to one, at the least cost; a matched query learns the class and the mask of its
 * partner, all others learn "nothing here". The same holds before the first layer of the decoder and after each.
 *
 * <p>Masks are compared at random points, not at all pixels. Matching takes the same points for all masks; the loss takes
 * for each mask most of its points where the prediction is least certain (PointRend, arXiv:1912.08193). Immutable.
 *
 * @param classWeight of the cross entropy, in cost and loss
 * @param maskWeight of the binary cross entropy of masks
 * @param diceWeight of the dice loss of masks
 * @param noObject weight of "nothing here" among the classes
 * @param points at which masks are compared
 * @param oversampling how many times as many points are drawn before the uncertain ones are picked
 * @param uncertain share of the points that are picked; the others stay random
 */
public record MaskLoss(
        double classWeight,
        double maskWeight,
        double diceWeight,
        double noObject,
        int points,
        double oversampling,
        double uncertain) {
    /** The paper's: weights 2, 5, 5 and 0.1; 12,544 points (112 x 112), three times oversampled, 75 % uncertain. */
    public static final MaskLoss STANDARD = new MaskLoss(2, 5, 5, 0.1, 112 * 112, 3, 0.75);

    public MaskLoss {
        if (points < 1 || !(oversampling >= 1) || !(uncertain >= 0 && uncertain <= 1) || !(noObject >= 0)) {
            throw new IllegalArgumentException(
                    "masks are compared at 1 point or more, oversampled 1 time or more, a share"
                            + " of 0..1 of them uncertain, not at " + points + ", " + oversampling + " and " + uncertain
                            + "; 'nothing here' weighs 0 or more, not " + noObject);
        }
    }

    public MaskLoss withPoints(int other) {
        return new MaskLoss(classWeight, maskWeight, diceWeight, noObject, other, oversampling, uncertain);
    }

    /**
     * What is true of one image. Bound to the scope in which it was made.
     *
     * @param classes [N] of each mask
     * @param masks float32 [N, H, W], 1 inside; any size that covers the image
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Targets(int[] classes, Tensor masks) {
        public Targets {
            if (masks.dim() != 3 || masks.size(0) != classes.length) {
                throw new IllegalArgumentException(
                        classes.length + " classes need as many masks [N, H, W], not " + masks.describe());
            }
        }

        /**
         * One mask a class: semantic segmentation as Mask2Former learns it.
         *
         * @param labels [height * width]: a class, or below 0 where a pixel does not count, which is then in no mask
         */
        public static Targets semantic(int[] labels, int height, int width) {
            int[] classes = Arrays.stream(labels)
                    .filter(k -> k >= 0)
                    .distinct()
                    .sorted()
                    .toArray();
            float[] masks = new float[Math.multiplyExact(classes.length, labels.length)];
            for (int i = 0; i < labels.length; i++) {
                int n = Arrays.binarySearch(classes, labels[i]);
                if (n >= 0) {
                    masks[n * labels.length + i] = 1;
                }
            }
            return new Targets(classes, Tensor.of(masks, classes.length, height, width));
        }
    }

    /**
     * The loss, and the unweighted parts of the last prediction's.
     *
     * @param total a scalar with gradients
     */
    public record Value(Tensor total, double classes, double masks, double dice) {}

    /**
     * The loss of a batch.
     *
     * @param predictions of all layers, as {@link Mask2FormerSegmenter#predictions} gives them
     * @param truth one an image
     * @param random draws the points
     */
    public Value of(List<MaskPrediction> predictions, List<Targets> truth, RandomGenerator random) {
        int masks = Math.max(1, truth.stream().mapToInt(t -> t.classes.length).sum());
        Tensor total = Tensor.full(0, DType.F32, Device.CPU);
        Parts last = null;
        for (MaskPrediction prediction : predictions) {
            last = parts(prediction, truth, masks, random);
            total = total.add(last.classes.mul(classWeight))
                    .add(last.masks.mul(maskWeight))
                    .add(last.dice.mul(diceWeight));
        }
        if (last == null) {
            throw new IllegalArgumentException("there is no prediction; Mask2Former has one before its first layer");
        }
        return new Value(total, last.classes.item(), last.masks.item(), last.dice.item());
    }

    private record Parts(Tensor classes, Tensor masks, Tensor dice) {}

    private Parts parts(MaskPrediction prediction, List<Targets> truth, int count, RandomGenerator random) {
        int images = (int) prediction.masks().size(0);
        int queries = (int) prediction.masks().size(1);
        if (images != truth.size()) {
            throw new IllegalArgumentException(images + " images were predicted, " + truth.size() + " are given");
        }
        long[] labels = new long[images * queries];
        Arrays.fill(labels, prediction.count());
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> targets = new ArrayList<>();
        for (int b = 0; b < images; b++) {
            Targets image = truth.get(b);
            if (image.classes.length == 0) {
                continue;
            }
            int[] match = match(prediction, b, image, random);
            long[] matched = rows(match, false);
            long[] partners = rows(match, true);
            for (int i = 0; i < matched.length; i++) {
                labels[b * queries + (int) matched[i]] = image.classes[(int) partners[i]];
            }
            Tensor own = prediction.masks().select(0, b).rows(matched).unsqueeze(1); // [M, 1, h, w]
            Tensor wanted = image.masks.rows(partners).unsqueeze(1);
            Tensor grid = Scope.tidy(() -> uncertain(own, random));
            logits.add(sampled(own, grid));
            targets.add(sampled(wanted, grid));
        }
        Tensor classes = classes(prediction, labels);
        if (logits.isEmpty()) {
            Tensor none = Tensor.full(0, DType.F32, Device.CPU);
            return new Parts(classes, none, none);
        }
        Tensor x = Tensor.cat(0, logits); // [M, P]
        Tensor t = Tensor.cat(0, targets);
        Tensor entropy = softplus(x).sub(x.mul(t)).mean(false, 1).sum(false, 0);
        Tensor p = x.sigmoid();
        Tensor common = p.mul(t).sum(false, 1).mul(2).add(1);
        Tensor all = p.sum(false, 1).add(t.sum(false, 1)).add(1);
        Tensor dice = common.div(all).neg().add(1).sum(false, 0);
        return new Parts(classes, entropy.mul(1.0 / count), dice.mul(1.0 / count));
    }

    /** Rows that have a column, ascending, or those columns. */
    private static long[] rows(int[] match, boolean columns) {
        long[] rows = new long[match.length];
        int n = 0;
        for (int i = 0; i < match.length; i++) {
            if (match[i] != BipartiteMatcher.NONE) {
                rows[n++] = columns ? match[i] : i;
            }
        }
        return Arrays.copyOf(rows, n);
    }

    /** Cross entropy of all queries, divided by the sum of their weights. */
    private Tensor classes(MaskPrediction prediction, long[] labels) {
        int none = prediction.count();
        float[] weights = new float[none + 1];
        Arrays.fill(weights, 1);
        weights[none] = (float) noObject;
        double sum = Arrays.stream(labels).mapToDouble(k -> weights[(int) k]).sum();
        Tensor each = prediction
                .classes()
                .transpose(1, 2) // [B, K + 1, Q]
                .crossEntropy(
                        Tensor.of(
                                labels,
                                prediction.classes().size(0),
                                prediction.classes().size(1)),
                        Tensor.of(weights, weights.length),
                        SegmentLoss.IGNORED + (long) weights.length); // a label that does not occur
        return each.sum(false, 0, 1).mul(sum > 0 ? 1 / sum : 0);
    }

    /** The true mask of each query, or {@link BipartiteMatcher#NONE}. */
    private int[] match(MaskPrediction prediction, int b, Targets image, RandomGenerator random) {
        try (Scope scope = Scope.inference()) {
            Tensor grid = Tensor.of(places(points, random), 1, 1, points, 2);
            Tensor logits = prediction.masks().narrow(0, b, 1).gridSample(grid).reshape(-1, points);
            Tensor masks = image.masks.unsqueeze(0).gridSample(grid).reshape(-1, points);
            Tensor probabilities = prediction.classes().select(0, b).softmax(-1);
            float[] costs = costs(probabilities, logits, image.classes, masks);
            return BipartiteMatcher.match(costs, (int) logits.size(0), image.classes.length);
        }
    }

    /**
     * Cost of each query with each true mask [Q * N], row by row: weighted sum of minus the probability of the mask's
     * class, binary cross entropy (mean over points) and dice loss.
     *
     * @param probabilities [Q, K + 1]
     * @param logits of the queries' masks at the points [Q, P]
     * @param masks the true ones at the points [N, P]
     */
    float[] costs(Tensor probabilities, Tensor logits, int[] classes, Tensor masks) {
        int queries = (int) logits.size(0);
        int outputs = (int) probabilities.size(1);
        Tensor turned = masks.transpose(0, 1); // [P, N]
        Tensor p = logits.sigmoid();
        // -t log p - (1 - t) log(1 - p) = softplus(x) - x t
        float[] entropy = softplus(logits)
                .sum(true, 1)
                .sub(logits.matmul(turned))
                .mul(1.0 / logits.size(1))
                .toFloats();
        Tensor common = p.matmul(turned).mul(2).add(1);
        Tensor all = p.sum(true, 1).add(masks.sum(false, 1).unsqueeze(0)).add(1);
        float[] dice = common.div(all).neg().add(1).toFloats();
        float[] probability = probabilities.toFloats();
        float[] costs = new float[queries * classes.length];
        for (int q = 0; q < queries; q++) {
            for (int n = 0; n < classes.length; n++) {
                int i = q * classes.length + n;
                costs[i] = (float) (maskWeight * entropy[i]
                        + diceWeight * dice[i]
                        - classWeight * probability[q * outputs + classes[n]]);
            }
        }
        return costs;
    }

    /** log(1 + e^x) as the cross entropy of the logits (0, x) with the first: right for large x, and at 0. */
    private static Tensor softplus(Tensor x) {
        Tensor flat = x.reshape(1, 1, -1);
        Tensor labels = Tensor.of(new long[Math.toIntExact(x.elements())], 1, x.elements());
        return Tensor.cat(1, flat.mul(0), flat).crossEntropy(labels, null, -1).reshape(x.shape());
    }

    /** Values [M, P] of maps [M, 1, h, w] at places [M, 1, P, 2]. */
    private static Tensor sampled(Tensor maps, Tensor grid) {
        return maps.gridSample(grid).reshape(maps.size(0), grid.size(2));
    }

    /** Places (x, y) anywhere in the image, as {@link Tensor#gridSample} counts: -1 and 1 are its edges. */
    private static float[] places(int count, RandomGenerator random) {
        float[] places = new float[Math.multiplyExact(2, count)];
        for (int i = 0; i < places.length; i++) {
            places[i] = 2 * random.nextFloat() - 1;
        }
        return places;
    }

    /** For each mask logits [M, 1, h, w] its points [M, 1, P, 2]: the least certain of many, and random ones. */
    private Tensor uncertain(Tensor masks, RandomGenerator random) {
        int count = (int) masks.size(0);
        int many = (int) (points * oversampling);
        int picked = (int) (points * uncertain);
        float[] candidates = places(Math.multiplyExact(count, many), random);
        float[] logits = sampled(masks.detach(), Tensor.of(candidates, count, 1, many, 2))
                .toFloats();
        float[] chosen = new float[Math.multiplyExact(2 * count, points)];
        for (int m = 0, at = 0; m < count; m++) {
            long[] order = new long[many]; // |logit| above, place below: sorts as the logit does
            for (int i = 0; i < many; i++) {
                order[i] = (long) Float.floatToIntBits(Math.abs(logits[m * many + i])) << 32 | i;
            }
            Arrays.sort(order);
            for (int i = 0; i < picked; i++, at += 2) {
                System.arraycopy(candidates, 2 * (m * many + (int) order[i]), chosen, at, 2);
            }
            float[] rest = places(points - picked, random);
            System.arraycopy(rest, 0, chosen, at, rest.length);
            at += rest.length;
        }
        return Tensor.of(chosen, count, 1, points, 2);
    }
}
