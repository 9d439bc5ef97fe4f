package io.github.dino4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DinoTxtFileTest {
    private static final Path BACKBONE = Path.of("src/test/resources/golden/backbone/ckpt_mlp_official.safetensors");
    private static final DinoTxtConfig CONFIG = DinoTxtConfig.light(TinyModel.CONFIG, 514);

    @TempDir
    private Path folder;

    private Path saved;

    @BeforeEach
    void save() {
        saved = folder.resolve("saved.safetensors");
        try (LoadedHead<DinoTxt> head = LoadedHead.random(3, p -> new DinoTxt(p, CONFIG))) {
            head.save(saved, Map.of());
        }
    }

    /** Writes those tensors of the saved head that get a name. */
    private Path file(String name, UnaryOperator<String> rename) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        Safetensors.open(saved).tensors().forEach((official, tensor) -> {
            String renamed = rename.apply(official);
            if (!renamed.isEmpty()) {
                tensors.put(renamed, tensor);
            }
        });
        Path file = folder.resolve(name);
        try (Scope scope = Scope.inference()) {
            Safetensors.write(file, tensors, Map.of());
        }
        return file;
    }

    private static float[] answer(Path... files) {
        try (Model model = TinyModel.random();
                TextEncoder encoder = TextEncoder.load(model, DinoTxtFile.open(files), Tokenizer.ofBytes())) {
            return encoder.encode("a cat")[0];
        }
    }

    @Test
    void theShapeIsReadOffTheTensors() {
        try (Model model = TinyModel.random();
                LoadedHead<DinoTxt> head = DinoTxtFile.open(saved).load(model)) {
            assertThat(head.head().config().vision()).isEqualTo(CONFIG.vision());
            assertThat(head.head().config().text()).isEqualTo(CONFIG.text());
            assertThat(head.head().config().embedDim()).isEqualTo(96);
        }
    }

    @Test
    void oneFileOrTwoUnderAnyPrefixAreTheSame() {
        Path vision = file(
                "vision_head.safetensors",
                name -> name.startsWith("visual_model.") ? name.replace("visual_model.", "") : "");
        Path text = file(
                "text_encoder.safetensors",
                name -> name.startsWith("text_model.") ? name.replace("text_model.", "") : "");
        Path bare = file(
                "bare.safetensors",
                name -> name.startsWith("visual_model.head.") ? name.replace("visual_model.head.", "") : "");
        Path wrapped = file("wrapped.safetensors", name -> "module." + name);

        float[] expected = answer(saved);

        assertThat(answer(vision, text)).isEqualTo(expected);
        assertThat(answer(text, vision)).isEqualTo(expected);
        assertThat(answer(bare, text)).isEqualTo(expected);
        assertThat(answer(wrapped)).isEqualTo(expected);
    }

    @Test
    void aFileWithABackboneLoadsWithoutIt() {
        Map<String, StoredTensor> tensors =
                new LinkedHashMap<>(Safetensors.open(saved).tensors());
        Safetensors.open(BACKBONE).tensors().forEach((name, t) -> tensors.put("visual_model.backbone." + name, t));
        Path whole = folder.resolve("whole.safetensors");
        try (Scope scope = Scope.inference()) {
            Safetensors.write(whole, tensors, Map.of());
        }

        assertThat(answer(whole)).isEqualTo(answer(saved));
    }

    @Test
    void whatShapesCannotTellIsKeptInFilesOfOurs() {
        DinoTxtConfig odd = new DinoTxtConfig(
                40,
                new VisionConfig(48, 3, 1, 128, true, false, true, VisionConfig.Pooling.MAX, 2),
                new TextConfig(9, 514, 24, 3, 1, 48, false, Optional.of(0.1), 1, true, true, TextConfig.Pooling.FIRST));
        Path file = folder.resolve("odd.safetensors");
        try (LoadedHead<DinoTxt> head = LoadedHead.random(3, p -> new DinoTxt(p, odd))) {
            head.save(file, odd.metadata());
        }

        try (Model model = TinyModel.random();
                LoadedHead<DinoTxt> head = DinoTxtFile.open(file).load(model)) {
            assertThat(head.head().config()).isEqualTo(odd);
        }
    }

    @Test
    void aBackboneOfSatelliteImagesIsRefused() {
        Path satellite = folder.resolve("satellite.safetensors");
        try (Scope scope = Scope.inference()) {
            Safetensors.write(
                    satellite,
                    Safetensors.open(BACKBONE).tensors(),
                    Map.of(ModelCard.STATISTICS_KEY, "0.430,0.411,0.296,0.213,0.156,0.143"));
        }
        try (Model model = Model.load(satellite, LoadOptions.DEFAULT)) {
            assertThatThrownBy(() -> DinoTxtFile.open(saved).load(model))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("satellite images (SAT-493M)")
                    .hasMessageContaining("load dinov3_vitl16");
        }
    }

    @Test
    void otherBackbonesAreRefused() {
        try (Model wider = Model.random(TinyModel.of(96, 3, 2), 1)) {
            assertThatThrownBy(() -> DinoTxtFile.open(saved).load(wider))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("reads tokens of width 48")
                    .hasMessageContaining("gives 96");
        }
    }

    @Test
    void halfOfItIsRefused() {
        Path vision = file("dinov2_vision_head.safetensors", name -> name.startsWith("visual_model.") ? name : "");
        Path text = file("text_encoder.safetensors", name -> name.startsWith("text_model.") ? name : "");

        assertThatThrownBy(() -> DinoTxtFile.open(vision)).hasMessageContaining("no text encoder of dino.txt is in it");
        assertThatThrownBy(() -> DinoTxtFile.open(text)).hasMessageContaining("no vision head of dino.txt is in it");
        assertThatThrownBy(() -> DinoTxtFile.open(text, text)).hasMessageContaining("as another file has");
        assertThatThrownBy(() -> DinoTxtFile.open(BACKBONE)).hasMessageContaining("no text encoder");
    }

    @Test
    void missingAndUnknownTensorsAreNamed() {
        Path lacking = file("lacking.safetensors", name -> name.contains("blocks.1.attention.proj.bias") ? "" : name);
        Path strange = file("strange.safetensors", name -> name.equals("logit_scale") ? "logit_bias" : name);

        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> DinoTxtFile.open(lacking).load(model))
                    .hasMessageContaining("1 tensors missing: text_model.backbone.blocks.1.attention.proj.bias");
            assertThatThrownBy(() -> DinoTxtFile.open(strange).load(model))
                    .hasMessageContaining("not part of the model: logit_bias");
        }
    }

    @Test
    void aTokenizerOfAnotherVocabularyIsRefused() {
        Path shorter = file("ok.safetensors", name -> name);
        DinoTxtConfig other = DinoTxtConfig.light(TinyModel.CONFIG, 600);
        Path file = folder.resolve("other.safetensors");
        try (LoadedHead<DinoTxt> head = LoadedHead.random(3, p -> new DinoTxt(p, other))) {
            head.save(file, Map.of());
        }
        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> TextEncoder.load(model, DinoTxtFile.open(file), Tokenizer.ofBytes()))
                    .hasMessageContaining("knows 600 numbers, the list of merges gives 514");
            assertThatThrownBy(() -> TextEncoder.load(model, shorter))
                    .hasMessageContaining("no list of merges lies beside the weights");
        }
    }
}
