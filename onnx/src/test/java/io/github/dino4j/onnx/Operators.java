package io.github.dino4j.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** How many of each operator a graph has. */
final class Operators {
    private Operators() {}

    /** Of the graph that ONNX Runtime makes of a file before it runs it. */
    static Map<String, Integer> optimised(Path file, Path scratch) throws OrtException, IOException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizedModelFilePath(scratch.toString());
            environment.createSession(file.toString(), options).close();
        }
        return of(scratch);
    }

    static Map<String, Integer> of(Path file) throws IOException {
        Map<String, Integer> count = new TreeMap<>();
        CodedInputStream model = CodedInputStream.newInstance(Files.readAllBytes(file));
        each(
                model,
                7,
                graph -> each(
                        message(graph),
                        1,
                        node -> each(
                                message(node), 4, operator -> count.merge(operator.readString(), 1, Integer::sum))));
        return count;
    }

    private interface Reader {
        void read(CodedInputStream in) throws IOException;
    }

    private static CodedInputStream message(CodedInputStream in) throws IOException {
        return CodedInputStream.newInstance(in.readByteArray());
    }

    /** Reads each field of a number. */
    private static void each(CodedInputStream in, int number, Reader reader) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == number) {
                reader.read(in);
            } else {
                in.skipField(tag);
            }
        }
    }
}
