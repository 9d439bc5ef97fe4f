package io.github.dino4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.DepthFusion.Branch;
import io.github.dino4j.backbone.DepthFusion.Start;
import io.github.dino4j.backbone.DepthFusion.Widened;
import io.github.dino4j.backbone.SmallCheckpoints;
import io.github.dino4j.export.CheckpointConverter.Library;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RgbdConversionTest {
    private static final DepthNormalisation STREET = DepthNormalisation.of(DepthNormalisation.Scale.LOG, 1, 80);

    @TempDir
    Path folder;

    private static CheckpointConverter converter(Checkpoint checkpoint, Library library) {
        return new CheckpointConverter(
                checkpoint,
                new CheckpointConverter.Options(
                        library, Optional.empty(), Optional.empty(), OptionalInt.empty(), OptionalLong.empty()));
    }

    private static float[] patches(Model model, SmallCheckpoints kind) {
        float[] metres = new float[80 * 60];
        for (int i = 0; i < metres.length; i++) {
            metres[i] = 1 + i / 100f;
        }
        Pixels pixels = Transform.dinoV3(kind.side())
                .withDepth(STREET)
                .apply(TinyModel.picture(80, 60, 5), DepthFrame.of(80, 60, metres));
        return model.features(List.of(pixels)).get(0).patches();
    }

    static Stream<Arguments> kindsAndFusions() {
        return Stream.of(SmallCheckpoints.values())
                .flatMap(kind -> Stream.of(new Branch(STREET), new Widened(Start.MEAN, STREET))
                        .map(fusion -> Arguments.of(kind, fusion)));
    }

    @ParameterizedTest
    @MethodSource("kindsAndFusions")
    void writtenModelWithDepthIsRecognisedWhenItIsReadBack(SmallCheckpoints kind, DepthFusion fusion) {
        Path rgb = kind.write(folder);
        Path rgbd = folder.resolve("rgbd.safetensors");

        converter(fusion.onto(Checkpoints.open(rgb)), Library.OFFICIAL).convert(rgbd);

        try (Model added = Model.load(rgb, LoadOptions.DEFAULT.withDepth(fusion));
                Model read = Model.load(rgbd, LoadOptions.DEFAULT)) {
            assertThat(read.config()).isEqualTo(added.config());
            assertThat(read.card().transform().depth()).contains(STREET);
            assertThat(patches(read, kind)).isEqualTo(patches(added, kind));
        }
    }

    @Test
    void trainedBranchSurvivesConversion() {
        Checkpoint rgbd = new Branch(STREET).onto(Checkpoints.open(SmallCheckpoints.V3.write(folder)));
        Map<String, StoredTensor> trained = new LinkedHashMap<>(rgbd.weights().tensors());
        float[] weight = new float[48 * 256];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) Math.sin(i);
        }
        trained.put("depth_embed.proj.weight", StoredTensor.InMemory.of(new long[] {48, 1, 16, 16}, weight));
        Path file = folder.resolve("trained.safetensors");
        Safetensors.write(file, trained, rgbd.metadata());
        Path converted = folder.resolve("converted.safetensors");

        converter(Checkpoints.open(file), Library.OFFICIAL).convert(converted);

        assertThat(Checkpoints.open(converted)
                        .weights()
                        .get("depth_embed.proj.weight")
                        .toFloats())
                .isEqualTo(weight);
        try (Model model = Model.load(converted, LoadOptions.DEFAULT)) {
            assertThat(model.card().warnings()).noneMatch(w -> w.contains("never trained"));
        }
    }

    @Test
    void widenedModelGoesToHuggingFacesNamesAndBack() {
        SmallCheckpoints kind = SmallCheckpoints.V3;
        Path rgb = kind.write(folder);
        Widened fusion = new Widened(Start.COPY, STREET);
        Path repository = folder.resolve("hf");

        converter(fusion.onto(Checkpoints.open(rgb)), Library.HUGGING_FACE).convert(repository);

        try (Model added = Model.load(rgb, LoadOptions.DEFAULT.withDepth(fusion));
                Model read = Model.load(repository, LoadOptions.DEFAULT.withPeriods(LoadOptions.Periods.FLOAT32))) {
            assertThat(patches(read, kind)).isEqualTo(patches(added, kind));
        }
    }

    @Test
    void branchHasNoPlaceInHuggingFacesNames() {
        Checkpoint rgbd = new Branch().onto(Checkpoints.open(SmallCheckpoints.V3.write(folder)));

        assertThatThrownBy(() -> converter(rgbd, Library.HUGGING_FACE).convert(folder.resolve("hf")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("depth_embed.proj.weight")
                .hasMessageContaining("official names");
    }
}
