package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Checkpoints of any published size, filled with small noise: right in shape and size, without knowledge. */
final class GeneratedCheckpoint {
    private static final int NOISE_BYTES = 512 << 20;

    private GeneratedCheckpoint() {}

    /** Writes the safetensors file of a configuration under official names, streaming. */
    static void write(BackboneConfig config, DType dtype, Path file) throws IOException {
        Path noise = file.resolveSibling(file.getFileName() + ".noise");
        try {
            writeNoise(noise, dtype);
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            try (Arena arena = new Arena();
                    Scope scope = Scope.inference()) {
                ShapeParameters shapes = new ShapeParameters(arena);
                Backbone.of(config, Parameters.of(shapes));
                shapes.shapes().forEach((name, shape) -> tensors.put(name, stored(name, shape, dtype, noise)));
            }
            Safetensors.write(file, tensors, Map.of("note", "generated noise"));
        } finally {
            Files.deleteIfExists(noise);
        }
    }

    private static StoredTensor stored(String name, long[] shape, DType dtype, Path noise) {
        boolean scale = (name.contains("norm") && name.endsWith("weight")) || name.endsWith("gamma");
        if (scale || name.endsWith("bias_mask")) {
            return new StoredTensor.Filled(dtype, shape, 1);
        }
        if (name.endsWith("periods")) {
            return new StoredTensor.Filled(DType.F32, shape, 2);
        }
        long[] strides = new long[shape.length];
        long elements = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = elements;
            elements *= shape[axis];
        }
        long room = (NOISE_BYTES - elements * dtype.bytes()) / 64;
        long offset = Math.floorMod(name.hashCode() * 2654435761L, room) * 64;
        return new StoredTensor.InFile(noise, offset, dtype, shape, strides);
    }

    private static void writeNoise(Path file, DType dtype) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            byte[] block = new byte[1 << 20];
            for (int b = 0; b < NOISE_BYTES >> 20; b++) {
                for (int i = 0; i < block.length; i += dtype.bytes()) {
                    int bits = Float.floatToRawIntBits((float) (random.nextDouble() - 0.5) * 0.06f);
                    if (dtype == DType.BF16) {
                        bits >>>= 16;
                    }
                    for (int k = 0; k < dtype.bytes(); k++) {
                        block[i + k] = (byte) (bits >>> (8 * k));
                    }
                }
                out.write(block);
            }
        }
    }
}
