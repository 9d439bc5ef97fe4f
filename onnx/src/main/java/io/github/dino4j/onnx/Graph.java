package io.github.dino4j.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An ONNX graph while it is put together: nodes in order, constants by name. A value is known by its name. */
final class Graph {
    final List<Node> nodes = new ArrayList<>();
    final Map<String, Values> constants = new LinkedHashMap<>();
    final List<Port> inputs = new ArrayList<>();
    final List<Port> outputs = new ArrayList<>();
    final List<Port> shapes = new ArrayList<>();

    /** An operation. */
    record Node(String operator, String name, List<String> inputs, List<String> outputs, List<Attribute> attributes) {
        /** The domain of operators that only ONNX Runtime has; "" is ONNX itself. */
        String domain() {
            return switch (operator) {
                case "MultiHeadAttention", "RotaryEmbedding", "QuickGelu" -> RUNTIME_DOMAIN;
                default -> "";
            };
        }
    }

    static final String RUNTIME_DOMAIN = "com.microsoft";

    /** A setting of an operation: a long, a long[], a float or a String. */
    record Attribute(String name, Object value) {}

    /** A named float tensor at the edge of the graph; an axis is a Long or, where only the run tells it, a name. */
    record Port(String name, List<Object> axes) {}

    /** Adds an operation with one result, which takes the name of the operation. */
    String add(String operator, String name, List<String> inputs, Attribute... attributes) {
        return add(operator, name, inputs, List.of(name), attributes).get(0);
    }

    List<String> add(String operator, String name, List<String> inputs, List<String> outputs, Attribute... attributes) {
        nodes.add(new Node(operator, name, inputs, outputs, List.of(attributes)));
        return outputs;
    }

    String constant(String name, Values values) {
        if (constants.putIfAbsent(name, values) != null) {
            throw new IllegalStateException("two constants called '" + name + "'");
        }
        return name;
    }

    /** Integers [n]; equal ones are shared. */
    String integers(long... values) {
        String name = "integers" + Arrays.toString(values).replace(" ", "");
        constants.putIfAbsent(name, Values.integers(values, values.length));
        return name;
    }

    /** An integer []. */
    String integer(long value) {
        String name = "integer_" + value;
        constants.putIfAbsent(name, Values.integers(new long[] {value}));
        return name;
    }

    /** A real number []. */
    String real(double value) {
        String name = "real_" + value;
        constants.putIfAbsent(name, Values.floats(new float[] {(float) value}));
        return name;
    }

    /** Integers as real numbers. */
    String real(String name, String integers) {
        return add("Cast", name, List.of(integers), new Attribute("to", (long) Values.Type.FLOAT.number));
    }

    String matmul(String name, String a, String b) {
        return add("MatMul", name, List.of(a, b));
    }

    String sum(String name, String a, String b) {
        return add("Add", name, List.of(a, b));
    }

    String product(String name, String a, String b) {
        return add("Mul", name, List.of(a, b));
    }

    /** A size of 0 keeps the axis, -1 takes what is left. */
    String reshape(String name, String x, long... shape) {
        return add("Reshape", name, List.of(x, integers(shape)));
    }

    String transpose(String name, String x, long... axes) {
        return add("Transpose", name, List.of(x), new Attribute("perm", axes));
    }

    String concat(String name, long axis, String... parts) {
        return add("Concat", name, List.of(parts), new Attribute("axis", axis));
    }

    /** Positions start to end of one axis. */
    String slice(String name, String x, long axis, long start, long end) {
        return add("Slice", name, List.of(x, integers(start), integers(end), integers(axis)));
    }

    /** Parts of equal size along an axis. */
    List<String> split(String name, String x, long axis, int parts) {
        List<String> outputs = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            outputs.add(name + "." + i);
        }
        return add("Split", name, List.of(x), outputs, new Attribute("axis", axis), new Attribute("num_outputs", (long)
                parts));
    }

    /** Sizes of some axes, integers [end - start]. */
    String shape(String name, String x, long start, long end) {
        return add("Shape", name, List.of(x), new Attribute("start", start), new Attribute("end", end));
    }
}
