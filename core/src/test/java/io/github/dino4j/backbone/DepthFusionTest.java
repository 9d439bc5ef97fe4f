package io.github.dino4j.backbone;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.DepthFusion.Branch;
import io.github.dino4j.backbone.DepthFusion.Start;
import io.github.dino4j.backbone.DepthFusion.Widened;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.nn.CheckpointParameters;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DepthFusionTest {
    private static final DepthNormalisation LINEAR = DepthNormalisation.of(DepthNormalisation.Scale.LINEAR, 1, 80);

    @TempDir
    Path folder;

    private Checkpoint rgb(SmallCheckpoints kind) {
        return Checkpoints.open(kind.write(folder));
    }

    private static BackboneConfig config(Checkpoint checkpoint) {
        return Architecture.of(checkpoint, OptionalInt.empty());
    }

    @ParameterizedTest
    @EnumSource
    void branchIsReadOffTheTensorsAndLeavesTheColoursWeightsAlone(SmallCheckpoints kind) {
        Checkpoint rgb = rgb(kind);

        Checkpoint rgbd = new Branch().onto(rgb);

        assertThat(config(rgbd)).isEqualTo(new Branch().of(config(rgb)));
        assertThat(config(rgbd).rgb()).isEqualTo(config(rgb));
        assertThat(rgbd.weights().get("depth_embed.proj.weight").toFloats()).containsOnly(0);
        assertThat(rgbd.weights().get("depth_embed.proj.bias").toFloats()).containsOnly(0);
        rgb.weights()
                .tensors()
                .forEach((name, tensor) -> assertThat(rgbd.weights().get(name)).isSameAs(tensor));
    }

    @ParameterizedTest
    @EnumSource(Start.class)
    void fourthChannelStartsAsAskedAndTheOthersStay(Start start) {
        Checkpoint rgb = rgb(SmallCheckpoints.V3);

        Checkpoint rgbd = new Widened(start).onto(rgb);

        StoredTensor before = rgb.weights().get("patch_embed.proj.weight");
        StoredTensor after = rgbd.weights().get("patch_embed.proj.weight");
        assertThat(after.shape()).containsExactly(48, 4, 16, 16);
        assertThat(after.sliced(1, 0, 3).toFloats()).isEqualTo(before.toFloats());
        float[] red = before.sliced(1, 0, 1).toFloats();
        float[] green = before.sliced(1, 1, 1).toFloats();
        float[] blue = before.sliced(1, 2, 1).toFloats();
        float[] depth = after.sliced(1, 3, 1).toFloats();
        for (int i = 0; i < depth.length; i++) {
            assertThat(depth[i])
                    .isEqualTo(
                            switch (start) {
                                case ZERO -> 0;
                                case MEAN -> (red[i] + green[i] + blue[i]) / 3;
                                case COPY -> green[i];
                            });
        }
    }

    @Test
    void newWeightsKeepTheTypeOfTheFile() {
        Path half = folder.resolve("half.safetensors");
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        rgb(SmallCheckpoints.V3)
                .weights()
                .tensors()
                .forEach((name, tensor) -> tensors.put(name, tensor.as(DType.BF16)));
        Safetensors.write(half, tensors, Map.of(Architecture.HEADS_KEY, "3"));
        Checkpoint rgb = Checkpoints.open(half);

        StoredTensor widened = new Widened(Start.MEAN).onto(rgb).weights().get("patch_embed.proj.weight");
        StoredTensor branch = new Branch().onto(rgb).weights().get("depth_embed.proj.weight");

        assertThat(widened.dtype()).isEqualTo(DType.BF16);
        assertThat(widened.sliced(1, 0, 3).toFloats())
                .isEqualTo(rgb.weights().get("patch_embed.proj.weight").toFloats());
        assertThat(branch.dtype()).isEqualTo(DType.BF16);
    }

    @Test
    void whatHasDepthKeepsItAndItsNormalisation() {
        Checkpoint rgbd = new Branch(LINEAR).onto(rgb(SmallCheckpoints.V2));

        Checkpoint again = new Branch(DepthNormalisation.INDOOR).onto(rgbd);

        assertThat(again.weights().tensors()).isEqualTo(rgbd.weights().tensors());
        assertThat(DepthFusion.normalisation(again)).contains(LINEAR);
    }

    @Test
    void whatHasDepthInTheOtherWayIsRefused() {
        Checkpoint rgb = rgb(SmallCheckpoints.V3);
        Checkpoint branch = new Branch().onto(rgb);
        Checkpoint widened = new Widened(Start.ZERO).onto(rgb);

        assertThatThrownBy(() -> new Widened(Start.ZERO).onto(branch))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("reads depth already, in a branch");
        assertThatThrownBy(() -> new Branch().onto(widened))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("reads depth already, in a first layer of four channels");
    }

    @Test
    void otherArchitecturesAreRefused() {
        BackboneConfig resNet = BackboneCatalog.get("dino_resnet50").config();
        BackboneConfig twice = new Branch().of(TinyModel.CONFIG);

        assertThatThrownBy(() -> new Branch().of(resNet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a ResNet")
                .hasMessageContaining("takes no depth");
        assertThatThrownBy(() -> new Branch().of(twice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("on 4 channels");
    }

    @Test
    void branchBesideAWidenedLayerIsNoModel() {
        StateDict weights =
                new Widened(Start.ZERO).onto(rgb(SmallCheckpoints.V3)).weights();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(weights.tensors());
        tensors.put("depth_embed.proj.weight", new StoredTensor.Filled(DType.F32, new long[] {48, 1, 16, 16}, 0));
        tensors.put("depth_embed.proj.bias", new StoredTensor.Filled(DType.F32, new long[] {48}, 0));
        Path file = folder.resolve("both.safetensors");
        Safetensors.write(file, tensors, Map.of(Architecture.HEADS_KEY, "3"));

        assertThatThrownBy(() -> config(Checkpoints.open(file)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("depth_embed.proj.weight")
                .hasMessageContaining("4 channels");
    }

    @Test
    void publishedModelsAreRecognisedUnderTheirDepth() {
        BackboneCatalog.Entry entry = BackboneCatalog.get("dinov3_vits16");

        assertThat(BackboneCatalog.alike(new Branch().of(entry.config()))).containsExactly(entry);
        assertThat(BackboneCatalog.alike(new Widened(Start.COPY).of(entry.config())))
                .containsExactly(entry);
        assertThat(BackboneCatalog.describe(new Branch().of(entry.config()))).endsWith("RGB and depth in a branch");
    }

    @Test
    void tensorFlowShowsTheBranchAsAStage() {
        TensorFlow flow = TensorFlow.of(new Branch().of(TinyModel.CONFIG), 2, 64, 64);

        assertThat(flow.input()).containsExactly(2L, 4L, 64L, 64L);
        assertThat(flow.stages().get(0))
                .isEqualTo(
                        new TensorFlow.Stage("depth_embed", List.of(2L, 16L, 48L), 48 * 256 + 48, 2L * 16 * 48 * 256));
        assertThat(flow.parameters()).isEqualTo(TensorFlow.parameters(TinyModel.CONFIG) + 48 * 256 + 48);
    }

    @Test
    void tensorFlowOfAWidenedModelHasALargerFirstStage() {
        TensorFlow rgb = TensorFlow.of(TinyModel.CONFIG, 1, 64, 64);

        TensorFlow rgbd = TensorFlow.of(new Widened(Start.ZERO).of(TinyModel.CONFIG), 1, 64, 64);

        assertThat(rgbd.stages().get(0).macs()).isEqualTo(rgb.stages().get(0).macs() * 4 / 3);
        assertThat(rgbd.parameters()).isEqualTo(rgb.parameters() + 48 * 256);
    }

    @ParameterizedTest
    @EnumSource
    void oneStepOfTrainingMakesABranchSayWhatDepthIs(SmallCheckpoints kind) {
        learns(new Branch(), kind, "depth_embed.proj.weight");
    }

    @ParameterizedTest
    @EnumSource
    void oneStepOfTrainingMakesAFourthChannelSayWhatDepthIs(SmallCheckpoints kind) {
        learns(
                new Widened(Start.ZERO),
                kind,
                kind == SmallCheckpoints.CONVNEXT ? "downsample_layers.0.0.weight" : "patch_embed.proj.weight");
    }

    /** The gradient reaches the weights of depth, and a step down along it alone changes the output where depth does. */
    private void learns(DepthFusion fusion, SmallCheckpoints kind, String name) {
        Checkpoint rgbd = fusion.onto(rgb(kind));
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            TrainableParameters source = new TrainableParameters(
                    new CheckpointParameters(rgbd.weights(), arena, CheckpointParameters.Storage.FLOAT32),
                    name::equals);
            Backbone backbone = Backbone.of(config(rgbd), Parameters.of(source).learning());
            Tensor near = images(kind.side(), 1);
            Tensor far = images(kind.side(), -1);
            assertThat(tokens(backbone, near)).isEqualTo(tokens(backbone, far));

            backbone.forward(near)
                    .normed()
                    .patches()
                    .square()
                    .mean(false, 0, 1, 2)
                    .backward();

            float[] weights = rgbd.weights().get(name).toFloats();
            float[] gradient =
                    requireNonNull(source.variables().get(name)).grad().toFloats();
            int channels = fusion instanceof Branch ? 1 : 4;
            int area = weights.length / Math.toIntExact(rgbd.weights().get(name).shape()[0]) / channels;
            int reached = 0;
            for (int i = 0; i < weights.length; i++) {
                if (i / area % channels == channels - 1) { // the channel of depth
                    weights[i] -= 10 * gradient[i];
                    reached += gradient[i] != 0 ? 1 : 0;
                }
            }
            assertThat(reached).isGreaterThan(weights.length / channels / 2);

            Map<String, StoredTensor> stepped =
                    new LinkedHashMap<>(rgbd.weights().tensors());
            stepped.put(name, StoredTensor.InMemory.of(rgbd.weights().get(name).shape(), weights));
            Backbone after = Backbone.of(
                    config(rgbd),
                    Parameters.of(new CheckpointParameters(
                            StateDict.of(stepped), arena, CheckpointParameters.Storage.FLOAT32)));
            assertThat(tokens(after, near)).isNotEqualTo(tokens(after, far));
        }
    }

    private static float[] tokens(Backbone backbone, Tensor images) {
        return backbone.forward(images).normed().patches().detach().toFloats();
    }

    /** The same colours with one depth everywhere. */
    private static Tensor images(int side, float depth) {
        float[] values = new float[4 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        Arrays.fill(values, 3 * side * side, values.length, depth);
        return Tensor.of(values, 1, 4, side, side);
    }
}
