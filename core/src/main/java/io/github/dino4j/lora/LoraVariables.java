package io.github.dino4j.lora;

import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.nn.LinearUpdate;
import io.github.dino4j.nn.Updates;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An adapter that learns: its matrices as variables, to be put over frozen weights. Used by one thread. */
public final class LoraVariables {
    private final Lora start;
    private final Map<String, Tensor> variables = new LinkedHashMap<>();
    private final Map<String, List<Site>> sites = new LinkedHashMap<>();

    /**
     * Variables with the values of an adapter.
     *
     * @param name of the backbone, for messages
     * @param arena owns the variables
     * @throws IllegalArgumentException if the adapter does not fit the backbone
     */
    public LoraVariables(Lora start, String name, List<LinearShape> layers, Arena arena) {
        start.requireFits(name, layers);
        this.start = start;
        Map<String, Site> all = new LinkedHashMap<>();
        Site.of(layers).forEach(site -> all.put(site.key(), site));
        try (Scope scope = Scope.inference()) {
            start.factors().forEach((key, pair) -> {
                Site site = java.util.Objects.requireNonNull(all.get(key));
                sites.computeIfAbsent(site.layer(), layer -> new ArrayList<>()).add(site);
                put(key + ".a", arena, Tensor.of(pair.a(), pair.rank(), pair.in()));
                put(key + ".b", arena, Tensor.of(pair.b(), pair.out(), pair.rank()));
            });
        }
    }

    private void put(String name, Arena arena, Tensor values) {
        variables.put(name, arena.keep(values).learn());
    }

    /** The matrices by name: {@code blocks.3.q.a} [r, in], {@code blocks.3.q.b} [out, r]. */
    public Map<String, Tensor> variables() {
        return Collections.unmodifiableMap(variables);
    }

    /** What they add to the layers of the backbone, with dropout before A. */
    public Updates updates() {
        return layer -> Optional.ofNullable(sites.get(layer.name())).map(parts -> new Learning(layer, parts));
    }

    /** The adapter with the values as they are now. */
    public Lora lora() {
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        try (Scope scope = Scope.inference()) {
            for (String key : start.factors().keySet()) {
                factors.put(
                        key,
                        new LoraFactors(
                                start.spec().rank(),
                                variable(key + ".a").toFloats(),
                                variable(key + ".b").toFloats()));
            }
        }
        return start.with(factors);
    }

    private Tensor variable(String name) {
        return java.util.Objects.requireNonNull(variables.get(name));
    }

    private final class Learning implements LinearUpdate {
        private final LinearShape layer;
        private final List<Site> parts;

        Learning(LinearShape layer, List<Site> parts) {
            this.layer = layer;
            this.parts = parts.stream()
                    .sorted(java.util.Comparator.comparing(Site::first))
                    .toList();
        }

        @Override
        public Tensor of(Tensor x) {
            return start.spec().dropout() == 0 ? together(x) : apart(x);
        }

        /**
         * All parts as one product: the rows of A below each other, B in blocks with zeros between. The small matrices are
         * put together, not the wide outputs.
         */
        private Tensor together(Tensor x) {
            int rank = start.spec().rank();
            List<Tensor> down = new ArrayList<>();
            List<Tensor> up = new ArrayList<>();
            int end = 0;
            for (int i = 0; i < parts.size(); i++) {
                Site site = parts.get(i);
                int after = (parts.size() - 1 - i) * rank;
                zeros(up, site.first() - end, parts.size() * rank);
                down.add(variable(site.key() + ".a"));
                List<Tensor> row = new ArrayList<>();
                zeros(row, site.rows(), i * rank);
                row.add(variable(site.key() + ".b"));
                zeros(row, site.rows(), after);
                up.add(Tensor.cat(1, row));
                end = site.first() + site.rows();
            }
            zeros(up, layer.out() - end, parts.size() * rank);
            return x.linear(Tensor.cat(0, down), null).linear(scaled(Tensor.cat(0, up)), null);
        }

        private static void zeros(List<Tensor> parts, int rows, int columns) {
            if (rows > 0 && columns > 0) {
                parts.add(Tensor.zeros(rows, columns));
            }
        }

        private Tensor scaled(Tensor x) {
            double scaling = start.spec().scaling();
            return scaling == 1 ? x : x.mul(scaling);
        }

        /** Each part with a mask of its own. */
        private Tensor apart(Tensor x) {
            List<Tensor> columns = new ArrayList<>();
            int end = 0;
            for (Site site : parts) {
                gap(columns, x, site.first() - end);
                columns.add(change(x, site));
                end = site.first() + site.rows();
            }
            gap(columns, x, layer.out() - end);
            return columns.size() == 1 ? columns.get(0) : Tensor.cat(-1, columns);
        }

        private Tensor change(Tensor x, Site site) {
            Tensor input = x.dropout(start.spec().dropout());
            return scaled(input.linear(variable(site.key() + ".a"), null).linear(variable(site.key() + ".b"), null));
        }

        /** Nothing is added to outputs between the parts, such as k. */
        private static void gap(List<Tensor> columns, Tensor x, int width) {
            if (width > 0) {
                long[] shape = x.shape();
                shape[shape.length - 1] = width;
                columns.add(Tensor.zeros(shape));
            }
        }

        @Override
        public Product product() {
            throw new IllegalStateException("an adapter that learns stands over plain weights; load the model with"
                    + " LoadOptions.Precision.PLAIN");
        }
    }
}
