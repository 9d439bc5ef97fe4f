package io.github.dino4j.segment;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Head files made up for tests: tensors of given shapes with small random values, running variances positive. */
final class WrittenHead {
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Random random = new Random(7);

    static WrittenHead linear(String prefix, int channels, int classes) {
        return new WrittenHead()
                .norm(prefix + "batchnorm_layer", channels)
                .with(prefix + "conv.weight", classes, channels, 1, 1)
                .with(prefix + "conv.bias", classes);
    }

    static WrittenHead hub(String prefix, int channels, int classes) {
        return new WrittenHead()
                .norm(prefix + "bn", channels)
                .with(prefix + "conv_seg.weight", classes, channels, 1, 1)
                .with(prefix + "conv_seg.bias", classes);
    }

    static WrittenHead fineTuneLinear(String prefix, int channels, int classes) {
        return new WrittenHead()
                .with(prefix + "classifier.weight", classes, channels, 1, 1)
                .with(prefix + "classifier.bias", classes);
    }

    static WrittenHead fpn(String prefix, int channels, int width, int classes) {
        WrittenHead head = new WrittenHead();
        int[] widths = {channels, width, width / 2, width / 4, width / 6, classes};
        for (int i = 1; i <= 5; i++) {
            head.with(prefix + "conv" + i + ".0.weight", widths[i], widths[i - 1], 3, 3);
            head.norm(prefix + "conv" + i + ".1", widths[i]);
        }
        for (int i = 1; i <= 3; i++) {
            head.with(prefix + "inter_conv" + i + ".weight", widths[i + 1], channels, 1, 1);
            head.with(prefix + "inter_conv" + i + ".bias", widths[i + 1]);
        }
        return head;
    }

    WrittenHead norm(String name, int channels) {
        return with(name + ".weight", channels)
                .with(name + ".bias", channels)
                .with(name + ".running_mean", channels)
                .with(name + ".running_var", channels);
    }

    WrittenHead with(String name, long... shape) {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < values.length; i++) {
            float value = (float) random.nextGaussian();
            values[i] = name.endsWith("running_var") ? 0.5f + value * value : value;
        }
        return with(name, values, shape);
    }

    WrittenHead with(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        tensors.put(name, new StoredTensor.InMemory(DType.F32, shape, bytes.array()));
        return this;
    }

    WrittenHead without(String name) {
        tensors.remove(name);
        return this;
    }

    Path write(Path folder) {
        Path file = folder.resolve("head.safetensors");
        Safetensors.write(file, tensors, Map.of());
        return file;
    }
}
