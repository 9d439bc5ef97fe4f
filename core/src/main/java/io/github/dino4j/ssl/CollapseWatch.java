package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Sees a training collapse and says so in words: targets that are the same for all images, or even over all prototypes, teach
 * nothing. For the trainer's thread.
 */
final class CollapseWatch {
    /** Updates in a row after which a sign is no chance. */
    static final int PATIENCE = 20;

    private static final double EVEN = 0.999; // of ln K
    private static final double FEW = 2; // prototypes

    private final List<String> warnings = new ArrayList<>();
    private int even;
    private int few;
    private int still;

    /**
     * Takes in a batch's targets.
     *
     * @param targets probabilities [N, K]
     * @return what to plot
     */
    Map<String, Double> observe(Tensor targets) {
        double most = Math.log((double) targets.size(1));
        double entropy = entropy(targets).mean(false, 0).item();
        double used = Math.exp(entropy(targets.mean(true, 0)).item());
        even = entropy > EVEN * most ? even + 1 : 0;
        few = used < FEW ? few + 1 : 0;
        if (even == PATIENCE) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the teacher has collapsed: its output is even over all prototypes (entropy %.3f of at most ln K ="
                            + " %.3f) for %d updates, and the loss stays at ln K. Sharpen it: lower the teacher's"
                            + " temperature, warm it up for longer, or lower the learning rate.",
                    entropy,
                    most,
                    PATIENCE));
        }
        if (few == PATIENCE) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the teacher has collapsed: all images fall onto the same prototype (%.2f in use) for %d updates,"
                            + " and the loss goes to 0 without anything learned. Centre it: 'centering: sinkhorn' or"
                            + " 'softmax', or raise the teacher's temperature.",
                    used,
                    PATIENCE));
        }
        return Map.of("teacher's entropy", entropy, "prototypes in use", used);
    }

    private static Tensor entropy(Tensor p) {
        return p.mul(p.add(1e-12).log()).sum(false, -1).neg();
    }

    /**
     * Takes in features of many images.
     *
     * @param deviation of unit features, times the root of their width: 1 if they are spread evenly
     * @param rank see {@link FeatureSpread}
     */
    void observe(double deviation, double rank) {
        still = deviation < 0.1 || rank < 1.5 ? still + 1 : 0;
        if (still == 1) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the features have collapsed: they are nearly the same for all images (spread %.3f, where 1 is"
                            + " even; effective rank %.1f). Go back to the best checkpoint, with a lower learning rate"
                            + " or a slower teacher.",
                    deviation,
                    rank));
        }
    }

    /** What has to be said since the last call. */
    List<String> take() {
        List<String> taken = List.copyOf(warnings);
        warnings.clear();
        return taken;
    }
}
