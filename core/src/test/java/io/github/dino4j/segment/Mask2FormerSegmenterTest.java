package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.MaskPrediction;
import io.github.dino4j.decoder.MaskedTransformerDecoder;
import io.github.dino4j.decoder.PixelDecoder;
import io.github.dino4j.decoder.VitAdapter;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.ShapeParameters;
import io.github.dino4j.nn.TrainableParameters;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import io.github.dino4j.weights.StoredTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Mask2FormerSegmenterTest {
    private static final int DIM = 64;
    private static final Mask2FormerConfig CONFIG = SmallMask2Former.config(DIM, 6);

    @TempDir
    private Path folder;

    @Test
    void hasAsManyWeightsAsTheOfficialModules() {
        Map<String, long[]> shapes = shapes(new Mask2FormerConfig(
                Layers.of(4, 11, 17, 23),
                VitAdapter.Config.of(1024),
                PixelDecoder.Config.of(1024, 256),
                new MaskedTransformerDecoder.Config(256, 256, 256, 150, 100, 3, 9, 16, 4096, false)));

        assertThat(values(shapes, "0.")).isEqualTo(16_654_272);
        assertThat(values(shapes, "1.")).isEqualTo(39_954_199);
    }

    @Test
    void publishesAHeadOfWidth2048ForTheLargestBackbone() {
        assertThat(Mask2FormerConfig.PUBLISHED.layers().indices(40)).containsExactly(9, 19, 29, 39);
        assertThat(Mask2FormerConfig.PUBLISHED.decoder())
                .isEqualTo(new MaskedTransformerDecoder.Config(2048, 2048, 2048, 150, 100, 3, 9, 16, 4096, false));
    }

    @Test
    void tellsItsFlowFromShapesAlone() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference();
                Trace trace = Trace.start()) {
            Mask2FormerSegmenter head =
                    new Mask2FormerSegmenter(Parameters.of(new ShapeParameters(arena)), Mask2FormerConfig.PUBLISHED);
            Tensor pixels = Tensor.empty(DType.F32, Device.META, 1, 3, 512, 512);
            Tensor patches = Tensor.empty(DType.F32, Device.META, 1, 1024, 4096);
            Tokens layer = new Tokens(pixels, pixels, patches, 32, 32);

            MaskPrediction prediction = head.predict(pixels, List.of(layer, layer, layer, layer));

            assertThat(prediction.masks().shape()).containsExactly(1, 100, 128, 128);
            assertThat(trace.stages())
                    .extracting(Trace.Stage::name)
                    .contains("0.norm1 (f1)", "1.pixel_decoder.mask_feature", "1.predictor.transformer_ffn_layers.8");
        }
    }

    @Test
    void readsItsShapeFromTheShapesOfAFile() {
        Mask2FormerConfig found = Mask2FormerConfig.of(stored(shapes(CONFIG), ""), 4);

        assertThat(shapes(found)).usingRecursiveComparison().isEqualTo(shapes(CONFIG));
        assertThat(found.decoder()).isEqualTo(CONFIG.decoder());
        assertThat(found.pixelDecoder()).isEqualTo(CONFIG.pixelDecoder());
    }

    @Test
    void loadsAFileWithABackboneBesideTheHead() {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(
                stored(shapes(CONFIG), "segmentation_model.").tensors());
        tensors.put(
                "segmentation_model.0.backbone.cls_token",
                new StoredTensor.Filled(DType.F32, new long[] {1, 1, DIM}, 0));
        Path file = folder.resolve("head.safetensors");
        Safetensors.write(file, tensors, Map.of());

        try (Model model = SmallMask2Former.backbone();
                PanopticPredictor predictor = PanopticPredictor.load(model, file, ClassList.numbered(3), Set.of(0))) {
            assertThat(predictor.predict(TinyModel.picture(64, 64, 0)).width()).isEqualTo(64);
        }
    }

    @Test
    void namesTheBackboneThatAFileDoesNotFit() {
        Path file = folder.resolve("head.safetensors");
        Safetensors.write(file, stored(shapes(CONFIG), "segmentation_model.").tensors(), Map.of());

        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> PanopticPredictor.load(model, file, ClassList.numbered(3), Set.of(0)))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("head.safetensors");
        }
    }

    @Test
    void sumsClassTimesMaskOverTheQueriesHoweverManyAtATime() {
        int queries = 50; // more than are summed at once
        float[] classes = random(queries * 4);
        float[] masks = random(queries * 6);
        try (Scope scope = Scope.inference()) {
            MaskPrediction prediction =
                    new MaskPrediction(Tensor.of(classes, 1, queries, 4), Tensor.of(masks, 1, queries, 2, 3));

            float[] got = Mask2FormerSegmenter.scores(prediction, 2, 3).toFloats();

            float[] probabilities = prediction.classes().softmax(-1).toFloats();
            for (int k = 0; k < 3; k++) {
                for (int i = 0; i < 6; i++) {
                    double sum = 0;
                    for (int q = 0; q < queries; q++) {
                        sum += probabilities[q * 4 + k] / (1 + Math.exp(-masks[q * 6 + i]));
                    }
                    assertThat(got[k * 6 + i]).isCloseTo((float) sum, within(1e-4f));
                }
            }
        }
    }

    @Test
    void scoresABatchAsItScoresEachImage() {
        try (Model model = SmallMask2Former.backbone();
                LoadedHead<Mask2FormerSegmenter> head =
                        LoadedHead.random(3, p -> new Mask2FormerSegmenter(p, CONFIG))) {
            float[] apart = model.run(backbone -> {
                Tensor pixels = Tensor.of(random(2 * 3 * 32 * 64), 2, 3, 32, 64);
                Tensor both = scores(head.head(), head.head().taps().read(backbone, pixels), pixels);
                Tensor one = pixels.narrow(0, 1, 1);
                Tensor second = scores(head.head(), head.head().taps().read(backbone, one), one);
                return both.narrow(0, 1, 1).sub(second).abs().toFloats();
            });

            for (float difference : apart) {
                assertThat(difference).isLessThan(1e-4f);
            }
        }
    }

    @Test
    void gradientsOfAllPredictionsReachEveryWeight() {
        try (Model model = SmallMask2Former.backbone();
                Arena arena = new Arena()) {
            TrainableParameters source = new TrainableParameters(new RandomParameters(1, arena), name -> true);
            try (Scope scope = Scope.open()) {
                Mask2FormerSegmenter head =
                        new Mask2FormerSegmenter(Parameters.of(source).learning(), CONFIG);
                Tensor pixels = Tensor.of(random(2 * 3 * 64 * 64), 2, 3, 64, 64);
                List<Tokens> taps = List.of(tokens(pixels), tokens(pixels), tokens(pixels), tokens(pixels));

                Tensor loss = Tensor.zeros();
                for (MaskPrediction prediction : head.predictions(pixels, taps)) {
                    loss = loss.add(prediction.masks().square().sum(false, 0, 1, 2, 3))
                            .add(prediction.classes().square().sum(false, 0, 1, 2));
                }
                loss.backward();

                source.variables()
                        .forEach((name, variable) ->
                                assertThat(variable.grad().isFinite()).as(name).isTrue());
            }
        }
    }

    @Test
    void estimatesMoreMemoryThanItsWidestMapsAtAQuarterOfTheSides() {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            Mask2FormerSegmenter head =
                    new Mask2FormerSegmenter(Parameters.of(new ShapeParameters(arena)), Mask2FormerConfig.PUBLISHED);
            long quarter = 4L * 224 * 224;

            // prior, upsampled, sum and norm of 4096 channels; lateral, sum and result of 2048
            assertThat(head.bytes(896, 896)).isGreaterThan(quarter * (4 * 4096 + 3 * 2048));
            assertThat(head.rounded().bytes(896, 896)).isGreaterThanOrEqualTo(head.bytes(896, 896));
        }
    }

    private static Tensor scores(Mask2FormerSegmenter head, List<Tokens> taps, Tensor pixels) {
        return head.scores(pixels, taps, 40, 50);
    }

    /** Tokens of a backbone that was not run. */
    private static Tokens tokens(Tensor pixels) {
        int height = (int) pixels.size(2) / 16;
        int width = (int) pixels.size(3) / 16;
        return new Tokens(
                Tensor.zeros(2, DIM),
                Tensor.zeros(2, 0, DIM),
                Tensor.of(random(2 * height * width * DIM), 2, (long) height * width, DIM),
                height,
                width);
    }

    private static Map<String, long[]> shapes(Mask2FormerConfig config) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ShapeParameters shapes = new ShapeParameters(arena);
            new Mask2FormerSegmenter(Parameters.of(shapes), config);
            return new LinkedHashMap<>(shapes.shapes());
        }
    }

    private static StateDict stored(Map<String, long[]> shapes, String prefix) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> tensors.put(prefix + name, new StoredTensor.Filled(DType.F32, shape, 0.01f)));
        return StateDict.of(tensors);
    }

    /** Learned values under a prefix; running statistics do not count. */
    private static long values(Map<String, long[]> shapes, String prefix) {
        return shapes.entrySet().stream()
                .filter(e -> e.getKey().startsWith(prefix)
                        && !e.getKey().contains("running_")
                        && !e.getKey().endsWith("num_batches_tracked"))
                .mapToLong(e -> Arrays.stream(e.getValue()).reduce(1, Math::multiplyExact))
                .sum();
    }

    private static float[] random(int count) {
        SplittableRandom random = new SplittableRandom(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-2, 2);
        }
        return values;
    }
}
