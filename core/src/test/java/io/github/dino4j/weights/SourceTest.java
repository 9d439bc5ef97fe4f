package io.github.dino4j.weights;

import static io.github.dino4j.weights.Golden.file;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders, shards and what lies beside a file. */
class SourceTest {
    @TempDir
    Path folder;

    @Test
    void readsShardsByTheirIndexOrTheirFolder() throws IOException {
        StateDict whole = Safetensors.open(file("hub/hf_dinov2/model.safetensors"));
        Path index = shards(whole, "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");

        for (Path path : new Path[] {index, folder}) {
            Checkpoint checkpoint = Checkpoints.open(path);
            assertThat(checkpoint.container()).isEqualTo(Container.SAFETENSORS_SHARDS);
            assertThat(checkpoint.naming()).isEqualTo(Naming.HF_DINOV2);
            assertThat(checkpoint.weights().get("blocks.1.attn.qkv.weight").toFloats())
                    .isEqualTo(Checkpoints.open(file("hub/hf_dinov2"))
                            .weights()
                            .get("blocks.1.attn.qkv.weight")
                            .toFloats());
        }
    }

    @Test
    void namesTheShardThatIsMissing() throws IOException {
        Path index =
                shards(Safetensors.open(file("hub/hf_dinov2/model.safetensors")), "a.safetensors", "b.safetensors");
        Files.delete(folder.resolve("b.safetensors"));

        assertThatThrownBy(() -> Checkpoints.open(index))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'b.safetensors'")
                .hasMessageContaining("same folder");
    }

    @Test
    void namesTheTensorThatIsMissingInItsShard() throws IOException {
        Path index =
                shards(Safetensors.open(file("hub/hf_dinov2/model.safetensors")), "a.safetensors", "b.safetensors");
        Files.writeString(index, Files.readString(index).replace("\"layernorm.bias\"", "\"layernorm.bisa\""));

        assertThatThrownBy(() -> Checkpoints.open(index)).hasMessageContaining("'layernorm.bisa'");
    }

    @Test
    void readsNoFileOutsideOfTheFolderOfAnIndex() throws IOException {
        Path index = Files.writeString(
                folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{\"a\":\"../secret.safetensors\"}}");

        assertThatThrownBy(() -> Checkpoints.open(index)).hasMessageContaining("only files of its own folder");
    }

    @Test
    void saysThatAConfigIsNoCheckpoint() {
        assertThatThrownBy(() -> Checkpoints.open(file("hub/hf_dinov2/config.json")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("without a weight_map")
                .hasMessageContaining("folder");
    }

    @Test
    void opensAFolderWithASingleOddlyNamedFile() throws IOException {
        Files.copy(file("backbone/ckpt_mlp_zip.pth"), folder.resolve("vits.pth"));

        assertThat(Checkpoints.open(folder).naming()).isEqualTo(Naming.OFFICIAL_DINOV3);
    }

    @Test
    void asksWhichFileOfSeveralIsMeant() throws IOException {
        Files.copy(file("backbone/ckpt_mlp_zip.pth"), folder.resolve("a.pth"));
        Files.copy(file("backbone/ckpt_mlp_zip.pth"), folder.resolve("b.pth"));

        assertThatThrownBy(() -> Checkpoints.open(folder)).hasMessageContaining("'a.pth', 'b.pth'");
    }

    @Test
    void saysThatAFolderHoldsNoCheckpoint() {
        assertThatThrownBy(() -> Checkpoints.open(folder)).hasMessageContaining("holds no checkpoint");
        assertThatThrownBy(() -> Checkpoints.open(folder.resolve("nothing.pth")))
                .hasMessageContaining("does not exist");
    }

    @Test
    void goesByContentNotByExtension() throws IOException {
        Path misnamed = folder.resolve("model.pth");
        Files.copy(file("backbone/ckpt_mlp_official.safetensors"), misnamed);

        assertThat(Checkpoints.open(misnamed).container()).isEqualTo(Container.SAFETENSORS);
    }

    @Test
    void namesTheKeysOfADictWhenTheChosenOneIsNotThere() {
        Path file = file("backbone/ckpt_mlp_train_student_teacher.pth");

        assertThatThrownBy(() -> Checkpoints.open(file, Checkpoints.Options.DEFAULT.withTopLevel("model_ema")))
                .hasMessageContaining("no dict 'model_ema'")
                .hasMessageContaining("'student', 'teacher', 'epoch'");
    }

    @Test
    void explainsWhatWasDone() {
        Checkpoint checkpoint = Checkpoints.open(file("hub/hf_dinov2_imageclass"));

        assertThat(checkpoint.explanation().toString())
                .contains("safetensors file")
                .contains("DINOv2, Hugging Face (dinov2)")
                .contains("'dinov2.' stripped")
                .contains("encoder.layer.{i}.norm1.{wb} -> blocks.{i}.norm1.{wb}")
                .contains("'classifier.weight', 'classifier.bias'");
        assertThat(checkpoint.explanation().toMap()).containsEntry("prefix", "dinov2.");
        assertThat(Checkpoints.open(file("hub/hf_dinov3_vit_v5")).explanation().toString())
                .contains("model.layer.{i}.{rest} -> layer.{i}.{rest}");
    }

    private Path shards(StateDict whole, String first, String second) throws IOException {
        Map<String, StoredTensor> a = new LinkedHashMap<>();
        Map<String, StoredTensor> b = new LinkedHashMap<>();
        Map<String, String> map = new LinkedHashMap<>();
        whole.tensors().forEach((name, tensor) -> {
            boolean even = map.size() % 2 == 0;
            (even ? a : b).put(name, tensor);
            map.put(name, even ? first : second);
        });
        Safetensors.write(folder.resolve(first), a, Map.of());
        Safetensors.write(folder.resolve(second), b, Map.of());
        Path index = folder.resolve("model.safetensors.index.json");
        Files.write(index, new ObjectMapper().writeValueAsBytes(Map.of("weight_map", map)));
        return index;
    }
}
