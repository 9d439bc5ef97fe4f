package io.github.dino4j.train;

import io.github.dino4j.classify.LinearInput;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the classifiers that learn side by side in a linear probe.
 *
 * @param input what it reads of the backbone
 * @param rate its learning rate, as a factor of the run's
 */
public record Probe(LinearInput input, double rate) {
    private static final int OFFICIAL_PLACES = 5;
    private static final int DIGITS = 4; // that count of a rate
    private static final List<Double> RATES =
            List.of(1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1);

    public Probe {
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("a learning rate is above 0, found " + rate);
        }
    }

    /**
     * The grid of DINOv2's and DINOv3's evaluation: each input with each of 13 rates from 1e-5 to 0.1, times batch / 256.
     *
     * @param batch images of a step
     */
    public static List<Probe> grid(List<LinearInput> inputs, int batch) {
        List<Probe> probes = new ArrayList<>();
        for (LinearInput input : inputs) {
            RATES.forEach(rate -> probes.add(new Probe(input, rate * batch / 256)));
        }
        return probes;
    }

    /**
     * As the official training names it: {@code classifier_1_blocks_avgpool_True_lr_0_00500}; rates below its five digits
     * have more of them, so that no two of a grid are called alike.
     */
    public String name() {
        BigDecimal rounded =
                BigDecimal.valueOf(rate).round(new MathContext(DIGITS)).stripTrailingZeros();
        String digits = rounded.setScale(Math.max(OFFICIAL_PLACES, rounded.scale()), RoundingMode.UNNECESSARY)
                .toPlainString();
        return "classifier_" + input.describe() + "_lr_" + digits.replace('.', '_');
    }
}
