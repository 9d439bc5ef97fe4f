package io.github.dino4j.train;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Two linear layers that learn a function of three numbers; what an example is, is noted as it is learned. */
class TinyTask implements TrainingTask<float[]> {
    static final int EXAMPLES = 24;

    private final Arena arena = new Arena();
    private final Map<String, Tensor> variables = new LinkedHashMap<>();
    private final double dropout;

    TinyTask(double dropout) {
        this.dropout = dropout;
        try (Scope scope = Scope.inference()) {
            add("first.weight", 8, 3);
            add("first.bias", 8);
            add("second.weight", 1, 8);
            add("second.bias", 1);
        }
    }

    private void add(String name, long... shape) {
        int size = 1;
        for (long axis : shape) {
            size *= (int) axis;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) Math.sin(1 + i * 1.7 + name.length());
        }
        variables.put(name, arena.keep(Tensor.of(values, shape)).learn());
    }

    Tensor weight(String name) {
        return Objects.requireNonNull(variables.get(name));
    }

    float[] values(String name) {
        return weight(name).toFloats();
    }

    @Override
    public String title() {
        return "two layers on three numbers";
    }

    @Override
    public Examples<float[]> examples() {
        return new Examples<>() {
            @Override
            public int size() {
                return EXAMPLES;
            }

            @Override
            public String name(int index) {
                return "example-" + index + ".txt";
            }

            @Override
            public float[] load(int index, RandomGenerator random) {
                return example(index, random);
            }
        };
    }

    float[] example(int index, RandomGenerator random) {
        float a = (float) Math.sin(index) + 0.01f * (float) random.nextGaussian();
        float b = (float) Math.cos(3 * index);
        float c = index / 24f;
        return new float[] {a, b, c, a * b + c};
    }

    @Override
    public List<ParameterGroup> groups() {
        return List.of(ParameterGroup.of("all", variables));
    }

    @Override
    public Map<String, Tensor> state() {
        return variables;
    }

    @Override
    public Losses learn(List<float[]> batch, double share) {
        Tensor loss = loss(batch, dropout);
        loss.mul(share).backward();
        return new Losses(loss.item(), Map.of("square", loss.item()));
    }

    private Tensor loss(List<float[]> batch, double p) {
        float[] x = new float[3 * batch.size()];
        float[] y = new float[batch.size()];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i), 0, x, 3 * i, 3);
            y[i] = batch.get(i)[3];
        }
        Tensor hidden = Tensor.of(x, batch.size(), 3)
                .linear(weight("first.weight"), weight("first.bias"))
                .gelu();
        Tensor out = (p > 0 ? hidden.dropout(p) : hidden).linear(weight("second.weight"), weight("second.bias"));
        return out.sub(Tensor.of(y, batch.size(), 1)).square().mean(false, 0, 1);
    }

    @Override
    public Scores evaluate() {
        try (Scope scope = Scope.inference()) {
            List<float[]> all = new ArrayList<>();
            for (int i = 0; i < EXAMPLES; i++) {
                all.add(example(i, new SplittableRandom(1)));
            }
            return new Scores(Map.of("error", loss(all, 0).item()), "error", false, Map.of("examples", EXAMPLES));
        }
    }

    @Override
    public Optional<RgbImage> sheet() {
        byte[] grey = new byte[3 * 40 * 20];
        Arrays.fill(grey, (byte) 120);
        return Optional.of(RgbImage.of(40, 20, grey));
    }

    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        variables.forEach((name, tensor) -> tensors.put(name, new StoredTensor.InEngine(tensor)));
        Path file = folder.resolve("head.safetensors");
        try (Scope scope = Scope.inference()) {
            Safetensors.write(file, tensors, metadata);
        }
        return List.of(file);
    }

    @Override
    public void close() {
        arena.close();
    }
}
