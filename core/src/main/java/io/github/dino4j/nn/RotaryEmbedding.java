package io.github.dino4j.nn;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Tensor;
import java.util.List;

/**
 * Axial rotary position embedding (RoFormer, arXiv:2104.09864, on two axes as DINOv3, arXiv:2508.10104, has it).
 *
 * <p>Weights: {@code periods} [d/4], d the head dimension. The stored ones are used: published files hold them rounded
 * to bfloat16, and recomputing them moves features by some 1e-3.
 */
public final class RotaryEmbedding {
    private final Tensor periods;
    private final Config config;
    private final Parameters p;
    private final Distortion distortion;

    /** How patch coordinates are brought to -1..1. */
    public enum Coordinates {
        /** Each axis by its own length. */
        SEPARATE,
        /** Both by the longer one. */
        MAX,
        /** Both by the shorter one. */
        MIN
    }

    /** Where the periods come from when they are not stored. */
    public sealed interface Periods {
        /** base^(2k / (d/2)) for k = 0 .. d/4 - 1. */
        record Base(double base) implements Periods {}

        /** Geometric from {@code shortest} to {@code longest}. */
        record Range(double shortest, double longest) implements Periods {}

        /** The d/4 periods of heads of width d. */
        default float[] values(int headDim) {
            int count = headDim / 4;
            float[] values = new float[count];
            for (int k = 0; k < count; k++) {
                if (this instanceof Base b) {
                    values[k] = (float) Math.pow(b.base(), 2.0 * k / (headDim / 2.0));
                } else if (this instanceof Range r) {
                    double ratio = r.longest() / r.shortest();
                    double step = count == 1 ? 0 : (double) k / (count - 1);
                    values[k] = (float) (Math.pow(ratio, step) / ratio * r.longest());
                }
            }
            return values;
        }
    }

    /**
     * Settings of the embedding.
     *
     * @param dtype type of coordinates, periods, tables and rotation: F32 in every published model, BF16 the class
     *     default of the official code
     */
    public record Config(Periods periods, Coordinates coordinates, DType dtype) {}

    /**
     * How coordinates are distorted while a model learns, anew for each block, in this order (DINOv3, arXiv:2508.10104,
     * section 3.2, "RoPE-box jittering").
     *
     * @param shift each axis moves by -shift to shift; 0 for none
     * @param jitter each axis is multiplied by 1 / jitter to jitter; 1 for none
     * @param rescale both axes are multiplied by one factor of 1 / rescale to rescale; 1 for none, 2 in the published models
     */
    public record Distortion(double shift, double jitter, double rescale) {
        public static final Distortion NONE = new Distortion(0, 1, 1);

        public Distortion {
            if (!(shift >= 0 && jitter >= 1 && rescale >= 1)) {
                throw new IllegalArgumentException(
                        "positions are shifted by 0 or more and multiplied by factors up to 1"
                                + " or more; found shift " + shift + ", jitter " + jitter + ", rescale " + rescale);
            }
        }

        /** Both axes' factor and shift, [y factor, x factor, y shift, x shift], by the engine's generator. */
        private double[] draw() {
            float[] u = Tensor.uniform(5).toFloats();
            double scale = power(rescale, u[4]);
            double y = power(jitter, u[2]) * scale;
            double x = power(jitter, u[3]) * scale;
            return new double[] {y, x, shift * (2 * u[0] - 1) * y, shift * (2 * u[1] - 1) * x};
        }

        private static double power(double bound, float uniform) {
            return Math.exp(Math.log(bound) * (2 * uniform - 1));
        }
    }

    public RotaryEmbedding(Parameters p, Config config, int headDim) {
        if (headDim % 4 != 0) {
            throw new IllegalArgumentException("head dimension " + headDim
                    + " cannot carry rotary positions on two axes; it must be a multiple of 4");
        }
        this.config = config;
        this.p = p;
        distortion = p.stochastic().positions();
        periods = p.buffer("periods", Init.values(config.periods().values(headDim)), headDim / 4);
    }

    /** Whether each block draws its own turns. */
    public boolean isDistorted() {
        return !distortion.equals(Distortion.NONE);
    }

    /** The turns for a grid of h x w patches, in the form that the view's attention applies. */
    public Rotary rotary(int h, int w) {
        if (isDistorted()) {
            return p.rotary(table(h, w, distortion.draw()));
        }
        if (config.dtype() != DType.F32) {
            return p.rotary(at(h, w));
        }
        Tensor cos = p.table(List.of("cos", h, w), () -> at(h, w).cos());
        Tensor sin = p.table(List.of("sin", h, w), () -> at(h, w).sin());
        return p.rotary(new Rotary.Table(cos, sin));
    }

    /** The table for a grid of h x w patches: one angle for each pair of channels, first those of y, then of x. */
    public Rotary.Table at(int h, int w) {
        return table(h, w, 1, 1, 0, 0);
    }

    /** The same with coordinates multiplied and moved: [y factor, x factor, y shift, x shift]. */
    private Rotary.Table table(int h, int w, double... change) {
        int divisorY = divisor(h, h, w);
        int divisorX = divisor(w, h, w);
        Tensor y = changed(coordinates(h, divisorY), change[0], change[2])
                .reshape(h, 1, 1, 1)
                .expand(h, w, 1, 1);
        Tensor x = changed(coordinates(w, divisorX), change[1], change[3])
                .reshape(1, w, 1, 1)
                .expand(h, w, 1, 1);
        Tensor period = periods.to(config.dtype());
        Tensor turn = Tensor.full(2 * Math.PI, config.dtype(), periods.device(), 1); // rounded to the type as well
        Tensor angles = Tensor.cat(2, y, x)
                .mul(turn)
                .div(period)
                .reshape((long) h * w, 2 * period.size(0)); // [h, w, 2, d/4] to [P, d/2]
        return new Rotary.Table(angles.cos(), angles.sin());
    }

    private static Tensor changed(Tensor coordinates, double factor, double shift) {
        return factor == 1 && shift == 0 ? coordinates : coordinates.mul(factor).add(shift);
    }

    private int divisor(int length, int h, int w) {
        return switch (config.coordinates()) {
            case SEPARATE -> length;
            case MAX -> Math.max(h, w);
            case MIN -> Math.min(h, w);
        };
    }

    /** Centres of the patches along an axis, from -1 to 1, each step rounded to the tables' type. */
    private Tensor coordinates(int length, int divisor) {
        float[] centres = new float[length];
        for (int i = 0; i < length; i++) {
            centres[i] = i + 0.5f;
        }
        Tensor divisors = Tensor.full(divisor, config.dtype(), Device.CPU, 1);
        return Tensor.of(centres, length)
                .to(config.dtype())
                .div(divisors)
                .mul(2)
                .add(-1)
                .to(periods.device());
    }
}
