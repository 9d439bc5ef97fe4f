package io.github.dino4j.onnx;

import java.util.List;

/** How a product with a weight is written. */
enum LinearForm {
    FLOAT32 {
        @Override
        String product(Graph graph, String name, String x, Matrix weight) {
            return graph.matmul(name + ".product", x, graph.constant(name + ".weight", weight.transposed()));
        }
    },

    /**
     * x is rounded to uint8 by its own range, the product is of integers, and both scales are multiplied in afterwards.
     * ONNX Runtime makes one operator of these five.
     */
    INT8_DYNAMIC {
        @Override
        String product(Graph graph, String name, String x, Matrix weight) {
            List<String> rounded = List.of(x + ".uint8", x + ".scale", x + ".zero");
            if (graph.nodes.stream().noneMatch(node -> node.outputs().equals(rounded))) { // several layers may read x
                graph.add("DynamicQuantizeLinear", x + ".rounded", List.of(x), rounded);
            }
            String matrix = graph.constant(name + ".weight", weight.quantised());
            String zeros = graph.constant(name + ".zero", Values.int8Zeros(weight.out()));
            String scales = graph.constant(name + ".scale", Values.floats(weight.scales(), weight.out()));
            String integers = graph.add(
                    "MatMulInteger", name + ".integers", List.of(rounded.get(0), matrix, rounded.get(2), zeros));
            String product = graph.real(name + ".real", integers);
            return graph.product(name + ".product", product, graph.product(name + ".scales", rounded.get(1), scales));
        }
    };

    /** x [..., in] times the weight, [..., out]. */
    abstract String product(Graph graph, String name, String x, Matrix weight);

    static LinearForm of(OnnxOptions.Precision precision) {
        return switch (precision) {
            case FLOAT32 -> FLOAT32;
            case INT8_DYNAMIC -> INT8_DYNAMIC;
        };
    }
}
