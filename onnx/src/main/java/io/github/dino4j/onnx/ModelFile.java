package io.github.dino4j.onnx;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a graph as onnx.proto has it. Beyond a limit the values of large constants go into a second file, since a
 * protobuf message ends at 2 GB.
 */
final class ModelFile {
    /** ONNX 1.15: Gelu is an operator. ONNX Runtime reads it since 1.17. */
    private static final long OPSET = 20;

    private static final long IR_VERSION = 9;

    /** Where a value begins in the second file, so that it can be mapped. */
    private static final long ALIGNMENT = 4096;

    /** Smaller constants stay in the first file: ONNX Runtime reads shapes and axes there while it optimises. */
    private static final long SMALL = 1024;

    private final Graph graph;
    private final Map<String, String> metadata;

    ModelFile(Graph graph, Map<String, String> metadata) {
        this.graph = graph;
        this.metadata = metadata;
    }

    /** Bytes of all constants. */
    long bytes() {
        return graph.constants.values().stream().mapToLong(Values::bytes).sum();
    }

    /** Writes {@code name} into a folder, and {@code name.data} if the constants take more than {@code limit} bytes. */
    void write(Path folder, String name, long limit) throws IOException {
        Map<String, Long> offsets = new LinkedHashMap<>();
        if (bytes() > limit) {
            try (FileChannel out = create(folder.resolve(name + ".data"))) {
                for (Map.Entry<String, Values> constant : graph.constants.entrySet()) {
                    if (constant.getValue().bytes() > SMALL) {
                        pad(out);
                        offsets.put(constant.getKey(), out.position());
                        constant.getValue().writeTo(out);
                    }
                }
                out.force(true);
            }
        }
        Message model = model(offsets, name + ".data");
        try (FileChannel channel = create(folder.resolve(name));
                OutputStream stream = Channels.newOutputStream(channel)) {
            CodedOutputStream out = CodedOutputStream.newInstance(stream, 1 << 16);
            model.writeTo(out);
            out.flush();
            if (channel.position() != model.size()) {
                throw new IOException("wrote " + channel.position() + " bytes, not " + model.size());
            }
            channel.force(true);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private static void pad(FileChannel out) throws IOException {
        int missing = (int) ((ALIGNMENT - out.position() % ALIGNMENT) % ALIGNMENT);
        Values.writeFully(out, ByteBuffer.allocate(missing));
    }

    private Message model(Map<String, Long> offsets, String dataFile) {
        Message model = new Message()
                .integer(1, IR_VERSION)
                .text(2, "Dino4J")
                .message(7, graph(offsets, dataFile))
                .message(8, opset("", OPSET))
                .message(8, opset(Graph.RUNTIME_DOMAIN, 1));
        metadata.forEach((key, value) -> model.message(14, entry(key, value)));
        return model;
    }

    private static Message opset(String domain, long version) {
        return new Message().text(1, domain).integer(2, version);
    }

    private static Message entry(String key, String value) {
        return new Message().text(1, key).text(2, value);
    }

    private Message graph(Map<String, Long> offsets, String dataFile) {
        Message message = new Message();
        graph.nodes.forEach(node -> message.message(1, node(node)));
        message.text(2, "vision_transformer");
        graph.constants.forEach((name, values) -> message.message(5, constant(name, values, offsets, dataFile)));
        graph.inputs.forEach(port -> message.message(11, port(port)));
        graph.outputs.forEach(port -> message.message(12, port(port)));
        graph.shapes.forEach(port -> message.message(13, port(port)));
        return message;
    }

    private static Message node(Graph.Node node) {
        Message message = new Message();
        node.inputs().forEach(input -> message.text(1, input));
        node.outputs().forEach(output -> message.text(2, output));
        message.text(3, node.name()).text(4, node.operator());
        node.attributes().forEach(attribute -> message.message(5, attribute(attribute)));
        return message.text(7, node.domain());
    }

    /** AttributeProto: the value stands under its kind's number, the kind itself under 20. */
    private static Message attribute(Graph.Attribute attribute) {
        Message message = new Message().text(1, attribute.name());
        Object value = attribute.value();
        if (value instanceof Float real) {
            return message.real(2, real).integer(20, 1);
        } else if (value instanceof Long integer) {
            return message.integer(3, integer).integer(20, 2);
        } else if (value instanceof String text) {
            return message.text(4, text).integer(20, 3);
        } else if (value instanceof long[] integers) {
            for (long integer : integers) {
                message.integer(8, integer);
            }
            return message.integer(20, 7);
        }
        throw new IllegalArgumentException("attribute " + attribute.name() + " cannot be a " + value.getClass());
    }

    private static Message constant(String name, Values values, Map<String, Long> offsets, String dataFile) {
        Message message = new Message();
        for (long size : values.shape()) {
            message.integer(1, size);
        }
        message.integer(2, values.type().number).text(8, name);
        Long offset = offsets.get(name);
        return offset == null
                ? message.values(9, values)
                : message.message(13, entry("location", dataFile))
                        .message(13, entry("offset", Long.toString(offset)))
                        .message(13, entry("length", Long.toString(values.bytes())))
                        .integer(14, 1);
    }

    private static Message port(Graph.Port port) {
        Message shape = new Message();
        for (Object axis : port.axes()) {
            shape.message(
                    1,
                    axis instanceof Long size ? new Message().integer(1, size) : new Message().text(2, (String) axis));
        }
        Message tensor = new Message().integer(1, Values.Type.FLOAT.number).message(2, shape);
        return new Message().text(1, port.name()).message(2, new Message().message(1, tensor));
    }
}
