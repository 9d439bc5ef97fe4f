package io.github.dino4j.train;

import io.github.dino4j.tensor.Optimization;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How gradients are kept from growing large: those whose norm exceeds a bound are multiplied by bound / (norm + 1e-6). */
public sealed interface GradientClip {
    /** Leaves gradients as they are. */
    GradientClip NONE = new None();

    /**
     * Clips the gradients of variables in place.
     *
     * @param variables by name
     * @return the norm of all gradients together, before; NaN or infinite if a gradient is
     */
    double apply(Map<String, Tensor> variables);

    /** No clipping. */
    record None() implements GradientClip {
        @Override
        public double apply(Map<String, Tensor> variables) {
            return Optimization.gradientNorm(variables.values());
        }
    }

    /** All gradients together, as the heads' recipes do. */
    record TotalNorm(double most) implements GradientClip {
        public TotalNorm {
            requirePositive(most);
        }

        @Override
        public double apply(Map<String, Tensor> variables) {
            return clip(variables.values(), most);
        }
    }

    /** Each variable by its own norm: DINOv1 (arXiv:2104.14294). */
    record EachVariable(double most) implements GradientClip {
        public EachVariable {
            requirePositive(most);
        }

        @Override
        public double apply(Map<String, Tensor> variables) {
            return length(
                    variables.values().stream().map(v -> clip(List.of(v), most)).toList());
        }
    }

    /**
     * Each part by the norm of its gradients together: DINOv2 (arXiv:2304.07193) and v3, where backbone and heads are the
     * parts.
     *
     * @param prefixes of the parts' names, such as {@code backbone.}; what has none of them is one more part
     */
    record EachPart(double most, List<String> prefixes) implements GradientClip {
        public EachPart {
            requirePositive(most);
            prefixes = List.copyOf(prefixes);
        }

        @Override
        public double apply(Map<String, Tensor> variables) {
            Map<String, List<Tensor>> parts = new LinkedHashMap<>();
            variables.forEach((name, variable) ->
                    parts.computeIfAbsent(part(name), p -> new ArrayList<>()).add(variable));
            return length(parts.values().stream().map(part -> clip(part, most)).toList());
        }

        private String part(String name) {
            return prefixes.stream().filter(name::startsWith).findFirst().orElse("");
        }
    }

    private static double clip(Collection<Tensor> variables, double most) {
        double norm = Optimization.gradientNorm(variables);
        double factor = most / (norm + 1e-6);
        if (factor < 1) {
            Optimization.scaleGradients(variables, factor);
        }
        return norm;
    }

    private static double length(List<Double> norms) {
        return Math.sqrt(norms.stream().mapToDouble(n -> n * n).sum());
    }

    private static void requirePositive(double most) {
        if (!(most > 0)) {
            throw new IllegalArgumentException("the norm at which gradients are clipped must be positive, not " + most);
        }
    }
}
