package io.github.dino4j.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Transform;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Hints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelLoadTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/backbone");
    private static final Path GOOD = GOLDEN.resolve("ckpt_mlp_official.safetensors");

    @TempDir
    Path folder;

    @Test
    void readsTheConfigurationOffTheTensors() {
        try (Model model = Model.load(GOOD, LoadOptions.DEFAULT)) {
            VitConfig config = (VitConfig) model.config();

            assertThat(config.dim()).isEqualTo(48);
            assertThat(config.depth()).isEqualTo(2);
            assertThat(config.heads()).isEqualTo(3);
            assertThat(config.registers()).isEqualTo(4);
            assertThat(model.card().explanation()).contains("DINOv3, official");
            assertThat(model.card().licence()).contains("unknown");
        }
    }

    @Test
    void saysThatNoPublishedModelHasTheShape() {
        try (Model model = Model.load(GOOD, LoadOptions.DEFAULT)) {
            assertThat(model.card().warnings()).anyMatch(w -> w.contains("no published model has this shape"));
        }
    }

    @Test
    void listsEverythingThatDoesNotFitInOneError() throws IOException {
        Map<String, StoredTensor> tensors =
                new LinkedHashMap<>(Safetensors.open(GOOD).tensors());
        tensors.remove("blocks.1.ls2.gamma");
        tensors.remove("blocks.0.attn.proj.weight");
        tensors.remove("blocks.1.attn.qkv.bias"); // folded with its mask while the model is built
        tensors.put("blocks.1.norm1.weight", StoredTensor.InMemory.of(new long[] {7}, new float[7]));
        tensors.put("norm.running_mean", StoredTensor.InMemory.of(new long[] {48}, new float[48]));
        Path file = write(tensors);

        assertThatThrownBy(() -> Model.load(file, LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("blocks.1.ls2.gamma")
                .hasMessageContaining("blocks.0.attn.proj.weight")
                .hasMessageContaining("blocks.1.attn.qkv.bias")
                .hasMessageContaining("'blocks.1.norm1.weight' is [7], needed is [48]")
                .hasMessageContaining("not part of the model: norm.running_mean")
                .hasMessageContaining("Nothing was loaded");
    }

    @Test
    void leavesHeadsBesideTheBackboneApart() throws IOException {
        Map<String, StoredTensor> tensors =
                new LinkedHashMap<>(Safetensors.open(GOOD).tensors());
        tensors.put("head.weight", StoredTensor.InMemory.of(new long[] {2, 48}, new float[96]));

        try (Model model = Model.load(write(tensors), LoadOptions.DEFAULT)) {
            assertThat(model.card().explanation()).contains("apart").contains("head.weight");
        }
    }

    @Test
    void namesTensorsWithNaN() throws IOException {
        Map<String, StoredTensor> tensors =
                new LinkedHashMap<>(Safetensors.open(GOOD).tensors());
        float[] values = new float[48];
        values[17] = Float.NaN;
        tensors.put("blocks.1.norm1.weight", StoredTensor.InMemory.of(new long[] {48}, values));
        Path file = write(tensors);

        assertThatThrownBy(() -> Model.load(file, LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("with NaN or infinite values: blocks.1.norm1.weight");
    }

    @Test
    void saysWhatTheFileLooksLikeWhenAnotherModelIsNamed() {
        assertThatThrownBy(() -> Model.load(GOOD, LoadOptions.DEFAULT.withModel("dinov3-vits16")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is not dinov3_vits16")
                .hasMessageContaining("width 48");
    }

    @Test
    void asksWhichModelWhereWebAndSatelliteWeightsShareTheirShape() throws IOException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        shapes("dinov3_vit7b16")
                .forEach((name, shape) -> tensors.put(
                        name,
                        new StoredTensor.InFile(folder.resolve("zeros"), 0, DType.F32, shape, new long[shape.length])));
        Files.write(folder.resolve("zeros"), new byte[8]);

        // The shapes of a 7B file: both 7B models have them, and the name says nothing.
        assertThatThrownBy(() -> Identity.of(checkpoint(tensors), config("dinov3_vit7b16"), LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("dinov3_vit7b16 and dinov3_vit7b16_sat493m")
                .hasMessageContaining("--model");
        assertThat(Identity.of(
                                checkpoint(tensors),
                                config("dinov3_vit7b16"),
                                LoadOptions.DEFAULT.withModel("dinov3_vit7b16_sat493m"))
                        .normalisation())
                .isEqualTo(Normalisation.SAT493M);
    }

    @Test
    void believesTheNameThatAFileCarries() {
        Map<String, StoredTensor> none = Map.of();
        Checkpoint plain = checkpoint(none);
        Checkpoint named = new Checkpoint(
                plain.path(),
                plain.container(),
                plain.naming(),
                plain.weights(),
                plain.extras(),
                plain.hints(),
                Map.of(ModelCard.METADATA_KEY, "dinov3_vit7b16_sat493m"),
                plain.explanation());

        assertThat(Identity.candidates(plain, config("dinov3_vit7b16"))).hasSize(2);
        assertThat(Identity.candidates(named, config("dinov3_vit7b16")))
                .extracting(BackboneCatalog.Entry::name)
                .containsExactly("dinov3_vit7b16_sat493m");
    }

    @Test
    void findsTheDataSetInTheNameOfTheRepository() throws IOException {
        Path cached = folder.resolve("models--facebook--dinov3-vitl16-pretrain-sat493m/snapshots/0123abc");
        Files.createDirectories(cached);
        Files.copy(GOOD, cached.resolve("model.safetensors"));

        assertThat(Checkpoints.open(cached).hints().pretrainingData()).isPresent();
        assertThat(Checkpoints.open(cached.resolve("model.safetensors")).hints().pretrainingData())
                .isPresent();
        assertThat(Checkpoints.open(GOOD).hints().pretrainingData()).isEmpty();
    }

    @Test
    void takesNoRegistersAsNone() throws IOException {
        Map<String, StoredTensor> tensors =
                new LinkedHashMap<>(Safetensors.open(GOOD).tensors());
        tensors.put("storage_tokens", StoredTensor.InMemory.of(new long[] {1, 0, 48}));

        try (Model model = Model.load(write(tensors), LoadOptions.DEFAULT)) {
            assertThat(((VitConfig) model.config()).registers()).isZero();
        }
    }

    @Test
    void refusesBlockNumbersWithGaps() throws IOException {
        for (String name : List.of("blocks.2000000000.norm1.weight", "blocks.99999999999.norm1.weight")) {
            Map<String, StoredTensor> tensors =
                    new LinkedHashMap<>(Safetensors.open(GOOD).tensors());
            tensors.put(name, StoredTensor.InMemory.of(new long[] {48}, new float[48]));
            Path file = write(tensors);

            assertThatThrownBy(() -> Model.load(file, LoadOptions.DEFAULT))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("none with number 2");
        }
    }

    @Test
    void refusesTensorsOfAnotherRank() throws IOException {
        Map<String, StoredTensor> tensors =
                new LinkedHashMap<>(Safetensors.open(GOOD).tensors());
        tensors.put("patch_embed.proj.weight", StoredTensor.InMemory.of(new long[] {48}, new float[48]));
        Path file = write(tensors);

        assertThatThrownBy(() -> Model.load(file, LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("patch_embed.proj.weight");
    }

    @Test
    void refusesAnActivationThatNoPublishedModelHas() throws IOException {
        Path source = Path.of("src/test/resources/golden/hub/hf_dinov3_vit");
        Files.copy(source.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        String config = Files.readString(source.resolve("config.json")).replace("\"gelu\"", "\"relu\"");
        Files.writeString(folder.resolve("config.json"), config);

        assertThatThrownBy(() -> Model.load(folder, LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("hidden_act 'relu'");
    }

    @Test
    void takesTheTeacherUnlessTheStudentIsAskedFor() {
        Path file = GOLDEN.resolve("ckpt_mlp_train_student_teacher.pth");

        try (Model teacher = Model.load(file, LoadOptions.DEFAULT);
                Model student = Model.load(file, LoadOptions.DEFAULT.withPart("student"))) {
            assertThat(embedding(teacher)).isNotEqualTo(embedding(student)); // the student is all zeros
        }
    }

    @Test
    void weightsHeldAsStoredGiveTheFeaturesOfWidenedOnes() {
        Path file = GOLDEN.resolve("ckpt_mlp_bf16.safetensors");

        try (Model widened = Model.load(
                        file,
                        LoadOptions.DEFAULT
                                .withPrecision(LoadOptions.Precision.PLAIN)
                                .withMemory(LoadOptions.Memory.FLOAT32));
                Model stored = Model.load(file, LoadOptions.DEFAULT.withMemory(LoadOptions.Memory.AS_STORED))) {
            assertThat(embedding(stored)).isEqualTo(embedding(widened));
        }
    }

    static Stream<Path> damagedAndHostileFiles() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.filter(f -> f.getFileName().toString().matches("(broken|evil)_.*")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("damagedAndHostileFiles")
    void refusesDamagedAndHostileFilesByName(Path file) {
        assertThatThrownBy(() -> Model.load(file, LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.getFileName().toString());

        assertThat(Path.of("pickle_was_executed.marker")).doesNotExist();
        assertThat(GOLDEN.resolve("pickle_was_executed.marker")).doesNotExist();
    }

    @Test
    void refusesTextRenamedToPth() throws IOException {
        Path file = Files.writeString(folder.resolve("model.pth"), "Dear reader, this is no checkpoint.\n".repeat(20));

        assertThatThrownBy(() -> Model.load(file, LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("model.pth");
    }

    @Test
    void asksForHeadsThatNothingTells() throws IOException {
        Map<String, StoredTensor> tensors =
                new LinkedHashMap<>(Safetensors.open(GOOD).tensors());
        tensors.remove("rope_embed.periods");
        Path file = write(tensors);

        assertThatThrownBy(() -> Model.load(file, LoadOptions.DEFAULT))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("--heads");
        try (Model model = Model.load(file, LoadOptions.DEFAULT.withHeads(3))) {
            assertThat(((VitConfig) model.config()).heads()).isEqualTo(3);
            assertThat(model.card().explanation()).contains("rope_embed.periods");
        }
    }

    private Path write(Map<String, StoredTensor> tensors) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Safetensors.write(file, tensors, Map.of());
        return file;
    }

    private static float[] embedding(Model model) {
        Pixels pixels = Transform.dinoV3(64).apply(TinyModel.picture(64, 64, 1));
        return model.features(List.of(pixels)).get(0).embedding();
    }

    private static BackboneConfig config(String name) {
        return BackboneCatalog.get(name).config();
    }

    private static Map<String, long[]> shapes(String name) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters shapes = new ShapeParameters(arena);
            Backbone.of(config(name), Parameters.of(shapes));
            return Map.copyOf(shapes.shapes());
        }
    }

    private Checkpoint checkpoint(Map<String, StoredTensor> tensors) {
        Checkpoint like = Checkpoints.open(GOOD);
        return new Checkpoint(
                folder.resolve("model.safetensors"),
                like.container(),
                like.naming(),
                StateDict.of(tensors),
                StateDict.empty(),
                Hints.NONE,
                Map.of(),
                like.explanation());
    }
}
