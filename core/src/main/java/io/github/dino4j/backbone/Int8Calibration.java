package io.github.dino4j.backbone;

import io.github.dino4j.nn.Int8Plan;
import io.github.dino4j.nn.OutlierProbe;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Decides how the linear layers of a backbone are packed in int8, by running it on pictures made
 * for the purpose: noise whose power falls with the square of the frequency, as in photographs, in colours that hang
 * together. Layers whose inputs have outliers are balanced ({@link OutlierProbe}), and stay in bfloat16 if they still have
 * them; then, as long as some token turns too far from where bfloat16 has it, the layers with the largest errors follow.
 */
public final class Int8Calibration {
    /** Least cosine of a token with the one that bfloat16 gives. */
    static final double LEAST_COSINE = 0.9995;

    /** Patches along a side of the pictures. Few patches average less in attention, so the small one is the stricter. */
    private static final int[] SIDES = {4, 14};

    private Int8Calibration() {}

    /**
     * Plans the layers of a backbone.
     *
     * @param weights a source of the weights that keeps what it makes in the given arena; read several times
     */
    public static Int8Plan plan(BackboneConfig config, Function<Arena, ParameterSource> weights) {
        OutlierProbe probe = new OutlierProbe();
        try (Scope scope = Scope.tiled()) {
            List<Tensor> pictures = new ArrayList<>();
            for (int side : SIDES) {
                pictures.add(picture(config, side * config.patch()));
            }
            Optional<List<Tensor>> expected = run(config, weights, pictures, probe);
            if (expected.isEmpty()) {
                return Int8Plan.ALL; // whoever loads the weights will say what is missing
            }
            Map<String, Double> errors = probe.errors();
            Int8Plan plan = Int8Plan.ALL;
            if (!probe.outliers().isEmpty()) {
                Map<String, float[]> balancing = probe.balancing();
                OutlierProbe balanced = new OutlierProbe(balancing);
                run(config, weights, pictures, balanced);
                errors = balanced.errors();
                plan = new Int8Plan(balanced.outliers(), balancing);
            }
            List<String> worstFirst = errors.entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .map(Map.Entry::getKey)
                    .toList();
            while (plan.inHalf().size() < worstFirst.size()
                    && !(leastCosine(config, weights, plan, pictures, expected.get()) >= LEAST_COSINE)) {
                Set<String> inHalf = plan.inHalf();
                int more = Math.max(1, (worstFirst.size() - inHalf.size()) / 8);
                plan = plan.withInHalf(worstFirst.stream()
                        .filter(name -> !inHalf.contains(name))
                        .limit(more)
                        .collect(Collectors.toSet()));
            }
            return plan;
        }
    }

    /** Runs the backbone in bfloat16 under a probe; its tokens, or nothing if weights are missing. */
    private static Optional<List<Tensor>> run(
            BackboneConfig config,
            Function<Arena, ParameterSource> weights,
            List<Tensor> pictures,
            OutlierProbe probe) {
        try (Arena arena = new Arena();
                ParameterSource source = weights.apply(arena)) {
            Backbone half = Backbone.of(config, Parameters.of(source).probed(probe));
            return source.isComplete()
                    ? Optional.of(pictures.stream()
                            .map(picture -> half.forward(picture).normed().tokens())
                            .toList())
                    : Optional.empty();
        }
    }

    private static double leastCosine(
            BackboneConfig config,
            Function<Arena, ParameterSource> weights,
            Int8Plan plan,
            List<Tensor> pictures,
            List<Tensor> expected) {
        try (Arena arena = new Arena();
                ParameterSource source = weights.apply(arena);
                Scope scope = Scope.tiled()) {
            Parameters parameters = Parameters.of(source).packed(Precision.INT8, plan);
            Backbone backbone = Backbone.of(config, parameters);
            double least = 1;
            for (int i = 0; i < pictures.size(); i++) {
                Tensor tokens = backbone.forward(pictures.get(i)).normed().tokens();
                Tensor reference = expected.get(i);
                Tensor lengths = tokens.square()
                        .sum(false, 2)
                        .mul(reference.square().sum(false, 2))
                        .sqrt();
                Tensor cosines = tokens.mul(reference).sum(false, 2).div(lengths.clampMin(Float.MIN_NORMAL));
                least = Math.min(least, -cosines.neg().amax(1).amax(0).item());
            }
            return least;
        }
    }

    /** A picture [1, channels, side, side], about as bright and as varied as a normalised photograph. */
    private static Tensor picture(BackboneConfig config, int side) {
        SplittableRandom random = new SplittableRandom(7);
        Tensor sum = Tensor.zeros(1, config.inChannels(), side, side);
        double amplitude = 1;
        for (int grid = 2; grid <= side; grid *= 2) {
            Tensor layer = noise(random, config.inChannels(), grid).bicubic(side, side, false);
            sum = sum.add(layer.mul(amplitude));
            amplitude *= 0.6;
        }
        return sum;
    }

    /** The colours are the same whether depth comes with them or not, and so is the plan where depth adds nothing. */
    private static Tensor noise(SplittableRandom random, int channels, int side) {
        int plane = side * side;
        float[] values = new float[channels * plane];
        int colours = Math.min(3, channels);
        SplittableRandom further = new SplittableRandom(side);
        for (int i = colours * plane; i < values.length; i++) {
            values[i] = (float) (0.9 * further.nextGaussian());
        }
        for (int i = 0; i < plane; i++) {
            double grey = random.nextGaussian();
            for (int channel = 0; channel < colours; channel++) {
                values[channel * plane + i] = (float) (0.8 * grey + 0.4 * random.nextGaussian());
            }
        }
        return Tensor.of(values, 1, channels, side, side);
    }
}
