package io.github.dino4j.correspond;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.visual.MatchPicture;
import io.github.dino4j.visual.PatchGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Which patch of one photo shows what a patch of another shows, by the cosine of their tokens (DINOv3, arXiv:2508.10104,
 * "3D correspondence estimation"; its notebook on dense and sparse matching). Immutable; pairs stand from the best down.
 *
 * <p>Points are in pixels of the source photos, the middle of a patch each.
 */
public final class Correspondences {
    private static final int ROWS = 512; // of the product at a time: 30 MB for a photo of 15,000 patches

    private final PatchGrid a;
    private final PatchGrid b;
    private final List<Pair> pairs;
    private final int[] nearest; // for each patch of a that of b, or -1

    /**
     * Two patches that belong together.
     *
     * @param ax photo column of the middle of the patch of a
     * @param cosine in -1..1
     */
    public record Pair(double ax, double ay, double bx, double by, double cosine) {}

    private Correspondences(PatchGrid a, PatchGrid b, List<Pair> pairs, int[] nearest) {
        this.a = a;
        this.b = b;
        this.pairs = List.copyOf(pairs);
        this.nearest = nearest;
    }

    /**
     * Pairs of which each patch is the other's nearest neighbour; padding has none.
     *
     * @throws IllegalArgumentException if the tokens differ in width or are not finite
     */
    public static Correspondences mutual(Features a, Features b) {
        return mutual(a, shown(PatchGrid.of(a)), b, shown(PatchGrid.of(b)));
    }

    /**
     * The same among chosen patches, such as those of a foreground.
     *
     * @param chosenA [h * w] of a
     * @param chosenB [h * w] of b
     */
    public static Correspondences mutual(Features a, boolean[] chosenA, Features b, boolean[] chosenB) {
        if (a.dim() != b.dim()) {
            throw new IllegalArgumentException("tokens of width " + a.dim() + " and " + b.dim()
                    + " cannot be compared; use one model for both images");
        }
        Patches left = Patches.of(a);
        Patches right = Patches.of(b);
        if (chosenA.length != left.size() || chosenB.length != right.size()) {
            throw new IllegalArgumentException("one truth value a patch was wanted: " + left.size() + " and "
                    + right.size() + ", found " + chosenA.length + " and " + chosenB.length);
        }
        int[] toRight = new int[left.size()];
        int[] toLeft = new int[right.size()];
        float[] cosines = new float[left.size()];
        nearest(left, chosenA, right, chosenB, toRight, toLeft, cosines);
        PatchGrid gridA = PatchGrid.of(a);
        PatchGrid gridB = PatchGrid.of(b);
        List<Pair> pairs = new ArrayList<>();
        for (int p = 0; p < toRight.length; p++) {
            int q = toRight[p];
            if (q >= 0 && toLeft[q] == p) {
                pairs.add(new Pair(
                        x(gridA, p), y(gridA, p), x(gridB, q), y(gridB, q), Math.max(-1, Math.min(1, cosines[p]))));
            }
        }
        pairs.sort(Comparator.comparingDouble(Pair::cosine).reversed());
        return new Correspondences(gridA, gridB, pairs, toRight);
    }

    private static void nearest(
            Patches left,
            boolean[] chosenA,
            Patches right,
            boolean[] chosenB,
            int[] toRight,
            int[] toLeft,
            float[] best) {
        Arrays.fill(toRight, -1);
        Arrays.fill(toLeft, -1);
        Arrays.fill(best, Float.NEGATIVE_INFINITY);
        float[] bestOfRight = new float[right.size()];
        Arrays.fill(bestOfRight, Float.NEGATIVE_INFINITY);
        try (Scope scope = Scope.inference()) {
            Tensor rows = left.tensor();
            Tensor columns = right.tensor().transpose(0, 1);
            for (int first = 0; first < left.size(); first += ROWS) {
                int count = Math.min(ROWS, left.size() - first);
                float[] cosines;
                try (Scope part = Scope.open()) {
                    cosines = rows.narrow(0, first, count).matmul(columns).toFloats();
                }
                for (int i = 0; i < cosines.length; i++) {
                    int p = first + i / right.size();
                    int q = i % right.size();
                    if (chosenA[p] && chosenB[q]) {
                        if (cosines[i] > best[p]) {
                            best[p] = cosines[i];
                            toRight[p] = q;
                        }
                        if (cosines[i] > bestOfRight[q]) {
                            bestOfRight[q] = cosines[i];
                            toLeft[q] = p;
                        }
                    }
                }
            }
        }
    }

    private static boolean[] shown(PatchGrid grid) {
        boolean[] shown = new boolean[grid.size()];
        for (int p = 0; p < shown.length; p++) {
            shown[p] = grid.showsPhoto(p / grid.width(), p % grid.width());
        }
        return shown;
    }

    private static double x(PatchGrid grid, int patch) {
        return grid.sourceX(patch % grid.width() + 0.5);
    }

    private static double y(PatchGrid grid, int patch) {
        int row = patch / grid.width();
        return grid.sourceY(row + 0.5);
    }

    /** The pairs, the best first. */
    public List<Pair> pairs() {
        return pairs;
    }

    /** For each patch of a [h * w] the nearest of b, mutual or not, counted row by row; -1 where none was chosen. */
    public int[] dense() {
        return nearest.clone();
    }

    /** Only pairs of at least this cosine. */
    public Correspondences atLeast(double cosine) {
        return new Correspondences(
                a, b, pairs.stream().filter(pair -> pair.cosine() >= cosine).toList(), nearest);
    }

    /**
     * Few pairs spread over the photo in place of many on one thing: from the best down, each is kept that lies at least
     * {@code distance} pixels of photo a away from those kept before.
     */
    public Correspondences spread(double distance) {
        if (!(distance >= 0)) {
            throw new IllegalArgumentException("a distance is 0 or more pixels, found " + distance);
        }
        List<Pair> kept = new ArrayList<>();
        for (Pair pair : pairs) {
            boolean free = true;
            for (Pair other : kept) {
                free &= Math.hypot(pair.ax() - other.ax(), pair.ay() - other.ay()) >= distance;
            }
            if (free) {
                kept.add(pair);
            }
        }
        return new Correspondences(a, b, kept, nearest);
    }

    /** At most this many, the best. */
    public Correspondences most(int count) {
        return new Correspondences(a, b, pairs.subList(0, Math.min(count, pairs.size())), nearest);
    }

    /**
     * Both photos beside each other, a line for each pair; its colour says where in photo a it begins.
     *
     * @throws IllegalArgumentException if a photo is not the one that the features come from, at any scale
     */
    public RgbImage picture(RgbImage photoA, RgbImage photoB) {
        a.requirePhoto(photoA.width(), photoA.height());
        b.requirePhoto(photoB.width(), photoB.height());
        double scaleA = (double) photoA.width() / a.geometry().sourceWidth();
        double scaleB = (double) photoB.width() / b.geometry().sourceWidth();
        return MatchPicture.lines(
                photoA,
                photoB,
                pairs.stream()
                        .map(pair -> new MatchPicture.Line(
                                pair.ax() * scaleA, pair.ay() * scaleA, pair.bx() * scaleB, pair.by() * scaleB))
                        .toList());
    }

    /**
     * The dense field: photo b with a colour for each place, and photo a with the colour of the place where each of its patches
     * is found again.
     */
    public RgbImage field(RgbImage photoA, RgbImage photoB) {
        a.requirePhoto(photoA.width(), photoA.height());
        b.requirePhoto(photoB.width(), photoB.height());
        return MatchPicture.field(photoA, a, photoB, b, nearest);
    }

    @Override
    public String toString() {
        return "Correspondences[" + pairs.size() + " pairs]";
    }
}
