package io.github.dino4j.backbone;

import io.github.dino4j.nn.OutlierProbe;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Decides which linear layers of a backbone stay in bfloat16 when it is packed in int8, by running it on pictures made
 * for the purpose: noise whose power falls with the square of the frequency, as in photographs, in colours that hang
 * together. First go the layers whose inputs have outliers ({@link OutlierProbe}); then, as long as some token turns
 * too far from where bfloat16 has it, the layers with the largest errors.
 */
public final class Int8Calibration {
    /** Least cosine of a token with the one that bfloat16 gives. */
    static final double LEAST_COSINE = 0.9994;

    /** Patches along a side of the pictures. Few patches average less in attention, so the small one is the stricter. */
    private static final int[] SIDES = {4, 14};

    private Int8Calibration() {}

    /**
     * Names of the layers that stay in bfloat16.
     *
     * @param weights a source of the weights that keeps what it makes in the given arena; read several times
     */
    public static Set<String> layersInHalf(BackboneConfig config, Function<Arena, ParameterSource> weights) {
        OutlierProbe probe = new OutlierProbe();
        try (Scope scope = Scope.tiled()) {
            List<Tensor> pictures = new ArrayList<>();
            List<Tensor> expected = new ArrayList<>();
            for (int side : SIDES) {
                pictures.add(picture(config, side * config.patch()));
            }
            try (Arena arena = new Arena();
                    ParameterSource source = weights.apply(arena)) {
                Backbone half = Backbone.of(config, Parameters.of(source).probed(probe));
                if (!source.isComplete()) {
                    return Set.of(); // nothing to measure: who loads the weights will say what is missing
                }
                pictures.forEach(
                        picture -> expected.add(half.forward(picture).normed().tokens()));
            }
            Set<String> inHalf = new HashSet<>(probe.outliers());
            List<String> worstFirst = probe.errors().entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .map(Map.Entry::getKey)
                    .toList();
            while (inHalf.size() < worstFirst.size()
                    && !(leastCosine(config, weights, inHalf, pictures, expected) >= LEAST_COSINE)) {
                int more = Math.max(1, (worstFirst.size() - inHalf.size()) / 4);
                worstFirst.stream()
                        .filter(name -> !inHalf.contains(name))
                        .limit(more)
                        .toList()
                        .forEach(inHalf::add);
            }
            return inHalf;
        }
    }

    private static double leastCosine(
            BackboneConfig config,
            Function<Arena, ParameterSource> weights,
            Set<String> inHalf,
            List<Tensor> pictures,
            List<Tensor> expected) {
        try (Arena arena = new Arena();
                ParameterSource source = weights.apply(arena);
                Scope scope = Scope.tiled()) {
            Parameters parameters = Parameters.of(source).packed(Precision.INT8, inHalf);
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

    private static Tensor noise(SplittableRandom random, int channels, int side) {
        int plane = side * side;
        float[] values = new float[channels * plane];
        for (int i = 0; i < plane; i++) {
            double grey = random.nextGaussian();
            for (int channel = 0; channel < channels; channel++) {
                values[channel * plane + i] = (float) (0.8 * grey + 0.4 * random.nextGaussian());
            }
        }
        return Tensor.of(values, 1, channels, side, side);
    }
}
