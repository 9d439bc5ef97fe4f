package io.github.dino4j.golden;

import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The weights of a golden case, under official names without module prefix and block chunks. */
public final class CaseParameters implements ParameterSource {
    private static final Pattern CHUNK = Pattern.compile("^blocks\\.\\d+\\.(\\d+\\.)");

    private final GoldenCase golden;
    private final Arena arena;
    private final Map<String, String> names = new HashMap<>(); // in the model: in the case

    public CaseParameters(GoldenCase golden, String prefix, Arena arena) {
        this.golden = golden;
        this.arena = arena;
        for (String name : golden.weightNames()) {
            if (name.startsWith(prefix)) {
                String bare = CHUNK.matcher(name.substring(prefix.length())).replaceFirst("blocks.$1");
                names.put(bare.replaceFirst("^norms\\.3\\.", "norm."), name); // ConvNeXt: one norm, two names
            }
        }
    }

    @Override
    public Tensor take(String name, Init init, long... shape) {
        if (!names.containsKey(name)) {
            throw new AssertionError("the case has no weight " + name + ", only " + names.keySet());
        }
        FloatArray values = golden.weight(names.get(name));
        boolean scalar = shape.length == 0 && values.values().length == 1; // cases keep scalars as [1]
        if (!scalar && !Arrays.equals(values.shape(), shape)) {
            throw new AssertionError(name + " is " + Arrays.toString(values.shape()) + " in the case, "
                    + Arrays.toString(shape) + " in the model");
        }
        return arena.keep(Tensor.of(values.values(), shape));
    }

    @Override
    public Tensor keep(Tensor derived) {
        return arena.keep(derived);
    }
}
