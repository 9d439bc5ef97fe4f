package io.github.dino4j.onnx;

import io.github.dino4j.nn.Norm;
import io.github.dino4j.onnx.Graph.Attribute;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The layers of {@code nn} as nodes of a graph: each takes its weights from the checkpoint under its official name. */
final class Layers {
    private final Graph graph;
    private final StateDict weights;
    private final LinearForm form;
    private final boolean foldLayerScale;

    Layers(Graph graph, StateDict weights, OnnxOptions options) {
        this.graph = graph;
        this.weights = weights;
        form = LinearForm.of(options.precision());
        foldLayerScale = options.foldLayerScale();
    }

    String linear(String name, String x) {
        return linear(name, x, new Matrix(weight(name), ones(name)), bias(name));
    }

    /** The linear layer {@code name} of some rows of the matrix {@code from}. */
    String rows(String from, int start, int count, String name, String x) {
        float[] ones = Arrays.copyOf(ones(from), count);
        Optional<float[]> bias = bias(from).map(all -> Arrays.copyOfRange(all, start, start + count));
        return linear(name, x, new Matrix(weight(from).sliced(0, start, count), ones), bias);
    }

    /** The layer of q, k, v, with q scaled and the stored mask of the key bias multiplied in. */
    String queryKeyValue(String name, String x, double scale) {
        float[] factors = ones(name);
        Arrays.fill(factors, 0, factors.length / 3, (float) scale);
        Optional<float[]> bias = bias(name);
        Optional<float[]> mask = weights.find(name + ".bias_mask").map(StoredTensor::toFloats);
        if (bias.isPresent() && mask.isPresent()) {
            multiply(bias.get(), mask.get());
        }
        return linear(name, x, new Matrix(weight(name), factors), bias);
    }

    /** A linear layer and the LayerScale after it. */
    String scaled(String name, String scaleName, String x) {
        if (!foldLayerScale) {
            return graph.product(scaleName, linear(name, x), vector(scaleName + ".gamma"));
        }
        float[] gamma = weights.get(scaleName + ".gamma").toFloats();
        return linear(name, x, new Matrix(weight(name), gamma), bias(name));
    }

    String norm(String name, Norm norm, String x) {
        String weight = vector(name + ".weight");
        if (norm instanceof Norm.Layer) {
            return graph.add(
                    "LayerNormalization",
                    name,
                    List.of(x, weight, vector(name + ".bias")),
                    new Attribute("axis", -1L),
                    new Attribute("epsilon", (float) norm.eps()));
        }
        String squares = graph.add("Pow", name + ".squares", List.of(x, graph.real(2)));
        String mean = graph.add("ReduceMean", name + ".mean", List.of(squares, graph.integers(-1)));
        String root =
                graph.add("Sqrt", name + ".root", List.of(graph.sum(name + ".shifted", mean, graph.real(norm.eps()))));
        return graph.product(name, graph.add("Div", name + ".unit", List.of(x, root)), weight);
    }

    /** A weight as it is. */
    String vector(String name) {
        StoredTensor tensor = weights.get(name);
        return graph.constant(name, Values.stored(tensor, tensor.shape()));
    }

    private String linear(String name, String x, Matrix weight, Optional<float[]> bias) {
        String product = form.product(graph, name, x, weight);
        if (bias.isEmpty()) {
            return product;
        }
        multiply(bias.get(), weight.factors());
        return graph.sum(name, product, graph.constant(name + ".bias", Values.floats(bias.get(), bias.get().length)));
    }

    private StoredTensor weight(String name) {
        return weights.get(name + ".weight");
    }

    private Optional<float[]> bias(String name) {
        return weights.find(name + ".bias").map(StoredTensor::toFloats);
    }

    private float[] ones(String name) {
        float[] ones = new float[(int) weight(name).shape()[0]];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static void multiply(float[] values, float[] factors) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factors[i];
        }
    }
}
