package io.github.dino4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** ONNX Runtime on a file that Dino4J exported, with the settings that suit it best. */
final class OnnxPeer implements Peer {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    /**
     * Loads a file.
     *
     * @param spinning whether its threads wait for work by spinning, as they do by default
     */
    OnnxPeer(Path file, int threads, boolean spinning) {
        try (SessionOptions options = new SessionOptions()) {
            options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
            options.setExecutionMode(SessionOptions.ExecutionMode.SEQUENTIAL);
            options.setInterOpNumThreads(1);
            options.setIntraOpNumThreads(threads);
            options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
            session = environment.createSession(file.toString(), options);
        } catch (OrtException e) {
            throw new IllegalStateException(file + ": ONNX Runtime refuses it: " + e.getMessage(), e);
        }
    }

    @Override
    public Pass pass(float[] pixels, int batch, int side) {
        FloatBuffer values = ByteBuffer.allocateDirect(4 * pixels.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(pixels)
                .flip();
        try {
            OnnxTensor input = OnnxTensor.createTensor(environment, values, new long[] {batch, 3, side, side});
            return new Pass() {
                @Override
                public void call() {
                    try {
                        session.run(Map.of("pixels", input)).close();
                    } catch (OrtException e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public float[] tokens() {
                    try (OrtSession.Result result = session.run(Map.of("pixels", input))) {
                        return join(result, batch);
                    } catch (OrtException e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public void close() {
                    input.close();
                }
            };
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static float[] join(OrtSession.Result result, int batch) {
        FloatBuffer cls = values(result, "cls");
        FloatBuffer registers = values(result, "registers");
        FloatBuffer patches = values(result, "patches");
        float[] tokens = new float[cls.remaining() + registers.remaining() + patches.remaining()];
        int at = 0;
        for (int image = 0; image < batch; image++) {
            for (FloatBuffer part : new FloatBuffer[] {cls, registers, patches}) {
                int length = part.capacity() / batch;
                part.get(tokens, at, length);
                at += length;
            }
        }
        return tokens;
    }

    private static FloatBuffer values(OrtSession.Result result, String output) {
        return Optional.of(result)
                .flatMap(r -> r.get(output))
                .map(value -> ((OnnxTensor) value).getFloatBuffer())
                .orElseGet(() -> FloatBuffer.allocate(0));
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
