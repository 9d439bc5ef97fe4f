package io.github.dino4j.cli;

import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.classify.ClassifierFile;
import io.github.dino4j.classify.LinearInput;
import io.github.dino4j.depth.DepthMap;
import io.github.dino4j.depth.Quantity;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.text.DinoTxt;
import io.github.dino4j.text.DinoTxtConfig;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;

/** Head files and data sets made up for tests, in the form that trained and published ones have. */
final class Trained {
    private Trained() {}

    /** A linear segmentation head of DINOv3. */
    static Path segmenter(Path file, int channels, int classes) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : new String[] {"weight", "bias", "running_mean", "running_var"}) {
            put(tensors, "batchnorm_layer." + name, channels);
        }
        put(tensors, "conv.weight", classes, channels, 1, 1);
        put(tensors, "conv.bias", classes);
        Safetensors.write(file, tensors, Map.of());
        return file;
    }

    /** A linear decoder of dinov3-finetune, which takes photos in one piece. */
    static Path plainSegmenter(Path file, int channels, int classes) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        put(tensors, "classifier.weight", classes, channels, 1, 1);
        put(tensors, "classifier.bias", classes);
        Safetensors.write(file, tensors, Map.of());
        return file;
    }

    /** A linear depth head of DINOv2's shape, class token included. */
    static Path depth(Path file, int width) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        put(tensors, "conv_depth.weight", 256, 2L * width, 1, 1);
        put(tensors, "conv_depth.bias", 256);
        Safetensors.write(file, tensors, Map.of());
        return file;
    }

    /** A linear classifier over class token and mean patch, which names its classes. */
    static Path classifier(Path file, int width, List<String> classes) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        put(tensors, "linear.weight", classes.size(), 2L * width);
        put(tensors, "linear.bias", classes.size());
        Safetensors.write(file, tensors, ClassifierFile.texts(LinearInput.CLASS_AND_MEAN, classes));
        return file;
    }

    /** A linear classifier as the hubs publish them: over class token and mean patch, without names. */
    static Path unnamed(Path file, int width, int classes) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        put(tensors, "weight", classes, 2L * width);
        put(tensors, "bias", classes);
        Safetensors.write(file, tensors, Map.of());
        return file;
    }

    /** A small dino.txt for a checkpoint, {@code dinotxt.safetensors}, and all that is read beside it. */
    static Path text(Path folder, Path checkpoint) throws IOException {
        BackboneConfig backbone = Architecture.of(Checkpoints.open(checkpoint), OptionalInt.empty());
        DinoTxtConfig config = DinoTxtConfig.light(backbone, 518);
        Path file = folder.resolve("dinotxt.safetensors");
        try (LoadedHead<DinoTxt> head = LoadedHead.random(3, p -> new DinoTxt(p, config))) {
            head.save(file, Map.of());
        }
        Files.writeString(
                folder.resolve("bpe_simple_vocab_16e6.txt"), "#version: test\nc a\nca t</w>\nd o\ndo g</w>\n");
        Files.writeString(folder.resolve("words.txt"), "cat\ndog\nwall\n");
        Files.writeString(folder.resolve("templates.txt"), "a {}\nthe {}\n");
        return file;
    }

    private static void put(Map<String, StoredTensor> tensors, String name, long... shape) {
        Random random = new Random(name.hashCode());
        int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            float value = (float) random.nextGaussian();
            bytes.putFloat(name.endsWith("running_var") ? 0.5f + value * value : value);
        }
        tensors.put(name, new StoredTensor.InMemory(DType.F32, shape, bytes.array()));
    }

    /** A mask in stripes of all classes, as wide as a photo. */
    static void mask(Path file, int width, int height, ClassList classes) throws IOException {
        short[] labels = new short[width * height];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (short) (i / width % classes.size());
        }
        Files.createDirectories(file.getParent());
        SegmentMap.of(width, height, labels, new float[labels.length], classes).writeIndexedPng(file);
    }

    /** Measured depth in millimetres: a floor from 1 to 4 m. */
    static void measured(Path file, int width, int height) throws IOException {
        float[] metres = new float[width * height];
        for (int i = 0; i < metres.length; i++) {
            int row = i / width;
            metres[i] = 4 - 3f * row / height;
        }
        Files.createDirectories(file.getParent());
        DepthMap.of(Quantity.DEPTH, width, height, metres).writePng16(file);
    }
}
