package io.github.dino4j.bench;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Checkpoints of any published model, full size, without knowledge: noise of the size that trained weights have, so that
 * activations, and what rounding does to them, look like a trained model's. In particular one norm channel in a hundred
 * is 5 to 20 times as large as the others, which is what makes int8 hard.
 *
 * <p>The same model and type give the same file everywhere.
 */
public final class GeneratedCheckpoint {
    private static final int CHUNK = 1 << 16;

    private GeneratedCheckpoint() {}

    /**
     * Writes the safetensors file of a catalogue's model under official names, a chunk of memory at a time.
     *
     * @param dtype F32 or BF16
     */
    public static void write(BackboneCatalog.Entry entry, DType dtype, Path file) throws IOException {
        if (dtype != DType.F32 && dtype != DType.BF16) {
            throw new IllegalArgumentException("weights are generated in F32 or BF16, not " + dtype);
        }
        Map<String, Init> inits = new LinkedHashMap<>();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters shapes = new ShapeParameters(arena);
            Backbone.of(entry.config(), Parameters.of(noting(shapes, inits)));
            shapes.shapes().forEach((name, shape) -> {
                DType type = inits.get(name) instanceof Init.Table ? DType.F32 : dtype;
                tensors.put(name, new StoredTensor.Filled(type, shape, 0)); // the place of the values
            });
        }
        Safetensors.write(file, tensors, Map.of("note", "generated noise", ModelCard.METADATA_KEY, entry.name()));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (Map.Entry<String, StoredTensor> tensor :
                    Safetensors.open(file).tensors().entrySet()) {
                if (tensor.getValue() instanceof StoredTensor.InFile place) {
                    fill(channel, place, tensor.getKey(), Objects.requireNonNull(inits.get(tensor.getKey())));
                }
            }
        }
    }

    private static ParameterSource noting(ShapeParameters shapes, Map<String, Init> inits) {
        return new ParameterSource() {
            @Override
            public Tensor take(String name, Init init, long... shape) {
                inits.put(name, init);
                return shapes.take(name, init, shape);
            }

            @Override
            public Tensor keep(Tensor derived) {
                return shapes.keep(derived);
            }
        };
    }

    private static void fill(FileChannel channel, StoredTensor.InFile place, String name, Init init)
            throws IOException {
        CRC32 hash = new CRC32();
        hash.update(name.getBytes(StandardCharsets.UTF_8));
        SplittableRandom random = new SplittableRandom(hash.getValue());
        Noise noise = Noise.of(name, place.shape());
        float[] values = new float[(int) Math.min(CHUNK, place.elements())];
        ByteBuffer buffer = ByteBuffer.allocate(4 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        long position = place.offset();
        for (long left = place.elements(); left > 0; left -= values.length) {
            if (init instanceof Init.Table) {
                init.fill(values, random); // tables are small: one chunk
            } else {
                for (int i = 0; i < values.length; i++) {
                    values[i] = noise.draw(random);
                }
            }
            buffer.clear();
            for (int i = 0; i < Math.min(values.length, left); i++) {
                put(buffer, values[i], place.dtype());
            }
            buffer.flip();
            while (buffer.hasRemaining()) {
                position += channel.write(buffer, position);
            }
        }
    }

    private static void put(ByteBuffer buffer, float value, DType dtype) {
        if (dtype == DType.BF16) {
            int bits = Float.floatToRawIntBits(value);
            buffer.putShort((short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16)); // to the nearest, ties to even
        } else {
            buffer.putFloat(value);
        }
    }

    /** How the values of one weight are drawn. */
    private interface Noise {
        float draw(SplittableRandom random);

        static Noise of(String name, long[] shape) {
            String last = name.substring(name.lastIndexOf('.') + 1);
            boolean inside = name.startsWith("blocks.") || name.startsWith("stages.");
            if (last.startsWith("gamma")) { // LayerScale
                return random -> (float) (0.1 + 0.9 * random.nextDouble());
            } else if (last.equals("running_var")) {
                return random -> (float) (0.5 + random.nextDouble());
            } else if (last.equals("temperature")) {
                return random -> (float) (1 + random.nextDouble());
            } else if (last.endsWith("_token") || last.endsWith("_tokens") || last.equals("pos_embed")) {
                return normal(0.5);
            } else if (last.equals("weight") && shape.length == 1) {
                return random -> {
                    double value = 1 + 0.1 * random.nextGaussian();
                    boolean outlier = inside && random.nextDouble() < 0.01;
                    return (float) (outlier ? value * (5 + 15 * random.nextDouble()) : value);
                };
            } else if (last.equals("weight")) {
                double fanIn = 1;
                for (int axis = 1; axis < shape.length; axis++) {
                    fanIn *= shape[axis];
                }
                return normal(1 / Math.sqrt(fanIn));
            }
            return normal(0.02); // biases, running means
        }

        private static Noise normal(double deviation) {
            return random -> (float) (deviation * random.nextGaussian());
        }
    }
}
