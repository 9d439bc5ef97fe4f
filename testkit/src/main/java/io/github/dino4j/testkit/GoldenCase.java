package io.github.dino4j.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * One golden case: inputs, weights and the outputs that the official code gave for them.
 *
 * <p>A case is {@code <name>.json} (names, shapes, fill rules) and, where it stores tensors, {@code <name>.safetensors}
 * beside it. Every value is handed out as float, whatever its stored dtype (F64, F32, F16, BF16, I64 to I8, U8, BOOL).
 * Immutable; tensors are read or filled when asked for, so keep what is used twice.
 */
public final class GoldenCase {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final JsonNode json;
    private final Map<String, FloatArray> stored;
    private final List<FillEntry> fill = new ArrayList<>();
    private final List<Output> outputs = new ArrayList<>();

    /** How the tensor {@code name} is filled; see {@link DeterministicFill}. */
    @SuppressWarnings("ArrayRecordComponent")
    public record FillEntry(String name, long[] shape, double offset, double scale) {
        /** The values. */
        public FloatArray toArray() {
            return new FloatArray(shape, DeterministicFill.fill(name, FloatArray.elements(shape), offset, scale));
        }
    }

    /**
     * What the official code gave.
     *
     * @param sampled whether {@code values} holds samples only: value k belongs to the flat index floor(k * elements /
     *     samples)
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Output(String name, long[] shape, boolean sampled, float[] values) {
        /** Flat index in the full tensor of stored value {@code k}. */
        public int index(int k) {
            return sampled ? (int) ((long) k * FloatArray.elements(shape) / values.length) : k;
        }
    }

    private GoldenCase(Path file, JsonNode json, Map<String, FloatArray> stored) {
        this.file = file;
        this.json = json;
        this.stored = stored;
        for (JsonNode entry : json.path("fill")) {
            fill.add(fillEntry(entry.path("name").asText(), entry));
        }
        for (JsonNode output : json.path("outputs")) {
            String name = output.path("name").asText();
            boolean sampled = output.path("stored").asText().equals("sampled");
            outputs.add(new Output(
                    name, shape(output), sampled, stored("output:" + name).values()));
        }
    }

    /** Reads a case by its JSON file. Throws {@link UncheckedIOException} naming the file that cannot be read. */
    public static GoldenCase read(Path json) {
        try {
            JsonNode node = JSON.readTree(Files.readAllBytes(json));
            Path tensors = json.resolveSibling(json.getFileName().toString().replaceFirst("\\.json$", ".safetensors"));
            return new GoldenCase(json, node, Files.exists(tensors) ? StoredCase.read(tensors) : Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(json + ": cannot be read as a golden case", e);
        }
    }

    public String name() {
        return json.path("case").asText();
    }

    /** Repository, file and symbol of the official code that gave the outputs. */
    public String source() {
        return json.path("source").asText();
    }

    /** Constructor arguments of the official class. */
    public JsonNode config() {
        return json.path("config");
    }

    /** The whole JSON file, for a field that only some cases have. */
    public JsonNode json() {
        return json;
    }

    public Path file() {
        return file;
    }

    /** Weights that follow from their name, in state-dict order. */
    public List<FillEntry> fill() {
        return List.copyOf(fill);
    }

    /** All weights by official name: filled ones in state-dict order, then those stored literally. */
    public Map<String, FloatArray> weights() {
        Map<String, FloatArray> weights = new LinkedHashMap<>();
        fill.forEach(entry -> weights.put(entry.name(), entry.toArray()));
        json.path("fixed").forEach(name -> weights.put(name.asText(), stored("weight:" + name.asText())));
        return weights;
    }

    /** Names of all weights: filled ones in state-dict order, then those stored literally. */
    public List<String> weightNames() {
        List<String> names = new ArrayList<>(fill.stream().map(FillEntry::name).toList());
        json.path("fixed").forEach(name -> names.add(name.asText()));
        return names;
    }

    /** One weight by its official name, filled now: a case of a large model does not fit the heap whole. */
    public FloatArray weight(String name) {
        for (FillEntry entry : fill) {
            if (entry.name().equals(name)) {
                return entry.toArray();
            }
        }
        return stored("weight:" + name);
    }

    public List<String> inputNames() {
        List<String> names = new ArrayList<>();
        json.path("inputs").forEach(input -> names.add(input.path("name").asText()));
        return names;
    }

    /** The input called {@code name}; throws {@link NoSuchElementException} where the case has none. */
    public FloatArray input(String name) {
        for (JsonNode input : json.path("inputs")) {
            if (input.path("name").asText().equals(name)) {
                return input.path("stored").asBoolean()
                        ? new FloatArray(shape(input), stored("input:" + name).values())
                        : fillEntry("input:" + name, input).toArray();
            }
        }
        throw new NoSuchElementException(name() + " has no input '" + name + "', only " + inputNames());
    }

    public List<Output> outputs() {
        return List.copyOf(outputs);
    }

    /** The output called {@code name}; throws {@link NoSuchElementException} where the case has none. */
    public Output output(String name) {
        return outputs.stream()
                .filter(output -> output.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException(name() + " has no output '" + name + "', only "
                        + outputs.stream().map(Output::name).toList()));
    }

    /**
     * Largest absolute difference between an output and the full tensor {@code got} (row-major). Infinite where one of
     * the two is not finite and the other differs, so that a NaN never passes a tolerance.
     */
    public double maxAbsError(Output output, float[] got) {
        long elements = FloatArray.elements(output.shape());
        if (got.length != elements) {
            throw new IllegalArgumentException(name() + ": '" + output.name() + "' is "
                    + Arrays.toString(output.shape()) + " (" + elements + " values), got " + got.length + " values");
        }
        double worst = 0;
        for (int k = 0; k < output.values().length; k++) {
            float expected = output.values()[k];
            float found = got[output.index(k)];
            if (Float.compare(expected, found) != 0) {
                double error = Math.abs((double) expected - found);
                worst = Math.max(worst, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
            }
        }
        return worst;
    }

    @Override
    public String toString() {
        return name(); // JUnit shows it as the name of the parameter
    }

    private FloatArray stored(String key) {
        FloatArray tensor = stored.get(key);
        if (tensor == null) {
            throw new NoSuchElementException(file + ": no tensor '" + key + "' is stored beside it");
        }
        return tensor;
    }

    private static FillEntry fillEntry(String name, JsonNode entry) {
        return new FillEntry(
                name,
                shape(entry),
                entry.path("offset").asDouble(),
                entry.path("scale").asDouble());
    }

    private static long[] shape(JsonNode node) {
        long[] shape = new long[node.path("shape").size()];
        Arrays.setAll(shape, i -> node.path("shape").get(i).asLong());
        return shape;
    }
}
