package io.github.dino4j.lora;

import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.nn.LinearUpdate;
import io.github.dino4j.nn.Updates;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * An adapter: for each of its places in a backbone, A and B of W x + s B A x (LoRA, arXiv:2106.09685, section 4.1).
 * Immutable, of Java values; any thread may use it, and it needs no closing.
 */
public final class Lora {
    private final LoraSpec spec;
    private final Optional<String> backbone;
    private final Map<String, LoraFactors> factors;

    /**
     * An adapter of these matrices.
     *
     * @param backbone name of the model that it was trained on, if known
     * @param factors by place: block and target, {@code blocks.3.q}
     */
    public Lora(LoraSpec spec, Optional<String> backbone, Map<String, LoraFactors> factors) {
        this.spec = spec;
        this.backbone = backbone;
        this.factors = Collections.unmodifiableMap(new LinkedHashMap<>(factors));
        factors.forEach((key, pair) -> {
            if (pair.rank() != spec.rank()) {
                throw new IllegalArgumentException(
                        "'" + key + "' is of rank " + pair.rank() + ", the adapter of rank " + spec.rank());
            }
        });
    }

    /**
     * An adapter as training begins: it changes nothing yet. Equal seeds draw equal adapters.
     *
     * @param layers the backbone's linear layers
     * @throws IllegalArgumentException if the backbone has none, or none of a target, or not these blocks
     */
    public static Lora random(LoraSpec spec, String backbone, List<LinearShape> layers, long seed) {
        Map<String, LoraFactors> factors = new LinkedHashMap<>();
        for (Site site : Site.of(spec, backbone, layers)) {
            factors.put(site.key(), LoraFactors.random(spec.rank(), site.in(), site.rows(), site.key(), seed));
        }
        return new Lora(spec, Optional.of(backbone), factors);
    }

    /**
     * Reads an adapter in any of the three forms (see {@link LoraForm}).
     *
     * @throws io.github.dino4j.weights.CheckpointException if it is none, is damaged, or asks for something that Dino4J does
     *     not compute, such as DoRA
     */
    public static Lora read(Path path) {
        return LoraForm.of(path).read(path, List.of());
    }

    /** The same for a known backbone, which settles what names of PEFT leave open. */
    public static Lora read(Path path, List<LinearShape> layers) {
        return LoraForm.of(path).read(path, layers);
    }

    /**
     * Writes Dino4J's own form: safetensors, {@code blocks.3.q.a} and {@code .b}, the specification in the metadata. The
     * file appears whole or not at all.
     */
    public void write(Path file, Map<String, String> metadata) {
        LoraFile.write(this, file, metadata);
    }

    public LoraSpec spec() {
        return spec;
    }

    /** Name of the model that it was trained on, if known. */
    public Optional<String> backbone() {
        return backbone;
    }

    /** A and B by place, {@code blocks.3.q}. */
    public Map<String, LoraFactors> factors() {
        return factors;
    }

    /** The same for another backbone's name. */
    public Lora of(String name) {
        return new Lora(spec, Optional.of(name), factors);
    }

    /** The same specification with other matrices at the same places. */
    public Lora with(Map<String, LoraFactors> others) {
        return new Lora(spec, backbone, others);
    }

    /** Values of all matrices. */
    public long parameters() {
        return factors.values().stream()
                .mapToLong(pair -> (long) pair.rank() * (pair.in() + pair.out()))
                .sum();
    }

    /**
     * Refuses a backbone that it does not fit.
     *
     * @param name of the backbone, for the message
     * @param layers its linear layers
     */
    public void requireFits(String name, List<LinearShape> layers) {
        sites(name, layers);
    }

    /** The places by the layer that they are part of. */
    private Map<String, List<Site>> sites(String name, List<LinearShape> layers) {
        Map<String, Site> all = new LinkedHashMap<>();
        Site.of(layers).forEach(site -> all.put(site.key(), site));
        Map<String, List<Site>> used = new LinkedHashMap<>();
        factors.forEach((key, pair) -> {
            Site site = all.get(key);
            if (site == null) {
                throw new IllegalArgumentException("the adapter changes '" + key + "', and " + name + " has "
                        + (all.isEmpty()
                                ? "no linear layers in blocks"
                                : "'" + first(all) + "', ..., '" + last(all) + "'")
                        + madeFor());
            }
            if (pair.in() != site.in() || pair.out() != site.rows()) {
                throw new IllegalArgumentException("the adapter's '" + key + "' maps " + pair.in() + " channels to "
                        + pair.out() + ", that of " + name + " " + site.in() + " to " + site.rows() + madeFor());
            }
            used.computeIfAbsent(site.layer(), layer -> new ArrayList<>()).add(site);
        });
        return used;
    }

    private String madeFor() {
        return backbone.map(b -> "; it was made for " + b).orElse("") + ". Load the backbone that it was trained on.";
    }

    private static String first(Map<String, Site> sites) {
        return sites.keySet().iterator().next();
    }

    private static String last(Map<String, Site> sites) {
        return new ArrayList<>(sites.keySet()).get(sites.size() - 1);
    }

    /**
     * The weights with the adapter in them: W + s B A, float32, computed when they are read or written. The given ones stay
     * as they are; to undo the merge is to go on with them.
     *
     * @param official weights of the backbone under the official names
     */
    public StateDict merge(StateDict official) {
        List<LinearShape> layers = new ArrayList<>();
        official.tensors().forEach((name, tensor) -> {
            long[] shape = tensor.shape();
            if (name.endsWith(".weight") && shape.length == 2) {
                layers.add(new LinearShape(
                        name.substring(0, name.length() - ".weight".length()), (int) shape[1], (int) shape[0]));
            }
        });
        Map<String, StoredTensor> merged = new LinkedHashMap<>(official.tensors());
        sites("the checkpoint", layers).forEach((layer, sites) -> {
            StoredTensor weight = official.get(layer + ".weight");
            merged.put(layer + ".weight", new StoredTensor.Computed(weight.shape(), () -> {
                float[] values = weight.toFloats();
                for (Site site : sites) {
                    pair(site).addTo(values, site.first(), spec.scaling());
                }
                return values;
            }));
        });
        return StateDict.of(merged);
    }

    private LoraFactors pair(Site site) {
        return java.util.Objects.requireNonNull(factors.get(site.key()));
    }

    /**
     * The adapter over a model's own weights, for inference.
     *
     * @param name of the backbone, for messages
     * @param keep gives a tensor to whoever owns the view
     * @throws IllegalArgumentException if it does not fit the backbone
     */
    public Updates updates(String name, List<LinearShape> layers, UnaryOperator<Tensor> keep) {
        Map<String, List<Site>> sites = sites(name, layers);
        return layer -> Optional.ofNullable(sites.get(layer.name())).map(parts -> fixed(layer, parts, keep));
    }

    /** One product for all parts of a layer: the rows of A below each other, B in blocks. */
    private LinearUpdate fixed(LinearShape layer, List<Site> parts, UnaryOperator<Tensor> keep) {
        int rank = spec.rank();
        int rows = parts.size() * rank;
        float[] a = new float[rows * layer.in()];
        float[] b = new float[layer.out() * rows];
        for (int part = 0; part < parts.size(); part++) {
            Site site = parts.get(part);
            float[] down = pair(site).a();
            float[] up = pair(site).b();
            System.arraycopy(down, 0, a, part * down.length, down.length);
            for (int i = 0; i < up.length; i++) {
                int row = site.first() + i / rank;
                b[row * rows + part * rank + i % rank] = (float) (spec.scaling() * up[i]);
            }
        }
        return new FixedUpdate(new LinearUpdate.Product(
                keep.apply(Tensor.of(a, rows, layer.in())), keep.apply(Tensor.of(b, layer.out(), rows))));
    }

    private record FixedUpdate(Product product) implements LinearUpdate {
        @Override
        public Tensor of(Tensor x) {
            return x.linear(product.a(), null).linear(product.b(), null);
        }
    }

    @Override
    public String toString() {
        return spec.title() + backbone.map(b -> " for " + b).orElse("");
    }
}
