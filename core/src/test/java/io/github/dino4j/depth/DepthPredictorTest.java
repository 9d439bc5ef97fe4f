package io.github.dino4j.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DepthPredictorTest {
    private static Model model;

    @BeforeAll
    static void load() {
        model = Model.random(four(TinyModel.CONFIG), 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** The same with four blocks. */
    static VitConfig four(VitConfig c) {
        return new VitConfig(
                c.inChannels(),
                c.dim(),
                4,
                c.heads(),
                c.patch(),
                c.position(),
                c.ffn(),
                c.norm(),
                c.registers(),
                c.qkvBias(),
                c.projBias(),
                c.layerScale(),
                c.maskToken(),
                c.untiedClsNorm(),
                c.localClsNorm(),
                c.remainder());
    }

    private static DepthPredictor predictor(DepthOptions options) {
        return DepthPredictor.of(model, TinyHeads.dpt(), DepthPreset.SYNTHMIX, options);
    }

    @Test
    void givesEachPixelOfAnOddPhotoADepthInsideTheRange() {
        RgbImage photo = TinyModel.picture(89, 70, 1);

        try (DepthPredictor predictor = predictor(DepthOptions.DEFAULT)) {
            DepthMap depth = predictor.predict(photo);

            assertThat(List.of(depth.width(), depth.height())).containsExactly(89, 70);
            assertThat(depth.min()).isGreaterThan(0.001f);
            assertThat(depth.max()).isLessThan(100).isGreaterThan(depth.min());
        }
    }

    @Test
    void bringsDepthBackToThePhotoWhereTheSizingChangedIt() {
        RgbImage photo = TinyModel.picture(89, 70, 1);

        try (DepthPredictor predictor = predictor(DepthOptions.DEFAULT.withSizing(new Sizing.Exact(32, 48)))) {
            DepthMap depth = predictor.predict(photo);

            assertThat(List.of(depth.width(), depth.height())).containsExactly(89, 70);
        }
    }

    @Test
    void answersMirroredPhotosMirroredIfBothAreAveraged() {
        RgbImage photo = TinyModel.picture(64, 48, 1);
        DepthOptions both = DepthOptions.DEFAULT.withMirroring(DepthOptions.Mirroring.AVERAGED);

        try (DepthPredictor predictor = predictor(both)) {
            DepthMap depth = predictor.predict(photo);
            DepthMap mirrored = predictor.predict(mirror(photo));

            for (int x = 0; x < 64; x++) {
                assertThat(mirrored.metres(x, 20)).isCloseTo(depth.metres(63 - x, 20), within(1e-3f));
            }
        }
    }

    @Test
    void answersAlikeFromSeveralThreads() throws Exception {
        RgbImage photo = TinyModel.picture(70, 50, 2);
        ExecutorService threads = Executors.newFixedThreadPool(4);

        try (DepthPredictor predictor = predictor(DepthOptions.DEFAULT)) {
            float[] alone = predictor.predict(photo).metres();
            List<Future<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                answers.add(threads.submit(() -> predictor.predict(photo).metres()));
            }

            for (Future<float[]> answer : answers) {
                assertThat(answer.get()).containsExactly(alone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void putsDepthBesideAnOddPaddingWhereItBelongs() {
        // A head that says the brightness under it, patch by patch: its map of a ramp is the ramp, away from the
        // padding.
        LoadedHead<DepthHead> brightness = LoadedHead.random(
                1,
                p -> new PixelHead(pixels ->
                        pixels.area(pixels.size(2) / 16, pixels.size(3) / 16).narrow(1, 0, 1)));
        float[] ramp = new float[3 * 70 * 89];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = i % 89;
        }

        try (DepthPredictor predictor =
                DepthPredictor.of(model, brightness, DepthPreset.SYNTHMIX, DepthOptions.DEFAULT)) {
            float[] depth = model.run(backbone ->
                    predictor.depth(backbone, Tensor.of(ramp, 1, 3, 70, 89)).toFloats());

            for (int x = 24; x < 64; x++) {
                assertThat(depth[35 * 89 + x]).isCloseTo(x, within(1e-3f));
            }
        }
    }

    @Test
    void readsTheStagesOfAConvNextWhoseMapsDifferInSizeAndWidth() {
        ConvNextConfig stages =
                new ConvNextConfig(3, List.of(1, 1, 1, 1), List.of(8, 16, 24, 32), true, OptionalInt.empty());
        LinearDepthConfig config = new LinearDepthConfig(stages.dims(), ClassToken.APPENDED, HeadNorm.BATCH, 1, 16);
        LoadedHead<LinearDepthHead> head =
                LoadedHead.random(2, p -> new LinearDepthHead(p, config, DepthPreset.DINOV3.values(), TinyHeads.TAPS));

        try (Model convNext = Model.random(stages, 1);
                DepthPredictor predictor =
                        DepthPredictor.of(convNext, head, DepthPreset.DINOV3, DepthOptions.DEFAULT)) {
            DepthMap depth = predictor.predict(TinyModel.picture(70, 65, 1));

            assertThat(List.of(depth.width(), depth.height())).containsExactly(70, 65);
        }
    }

    @Test
    void namesTheLayerWhoseFeaturesAreNotFinite() {
        try (DepthPredictor predictor = predictor(DepthOptions.DEFAULT)) {
            float[] pixels = new float[3 * 32 * 32];
            Arrays.fill(pixels, Float.NaN);

            assertThatThrownBy(() -> model.run(backbone -> predictor
                            .depth(backbone, Tensor.of(pixels, 1, 3, 32, 32))
                            .toFloats()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("after layer 0 are NaN or infinite");
        }
    }

    @Test
    void neverDrawsDepthsThatAreNotFinite() {
        LoadedHead<DepthHead> broken = LoadedHead.random(
                1, p -> new PixelHead(pixels -> pixels.narrow(1, 0, 1).mul(Double.NaN)));

        try (DepthPredictor predictor = DepthPredictor.of(model, broken, DepthPreset.NYU, DepthOptions.DEFAULT)) {
            assertThatThrownBy(() -> predictor.predict(TinyModel.picture(32, 32, 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("gives NaN or infinite depths");
        }
    }

    @Test
    void refusesPhotosThatDoNotFitWhereNothingIsFitted() {
        DepthPreset rigid = DepthPreset.SYNTHMIX.withFit(InputFit.NOTHING);

        try (DepthPredictor predictor = DepthPredictor.of(model, TinyHeads.dpt(), rigid, DepthOptions.DEFAULT)) {
            assertThatThrownBy(() -> predictor.predict(TinyModel.picture(70, 64, 1)))
                    .hasMessageContaining("70 x 64 pixels is no multiple of 16")
                    .hasMessageContaining("CENTRE_PADDING or STRETCH");
        }
    }

    @Test
    void refusesPhotosBeyondTheMemoryBudget() {
        long before = Engine.memoryBudget();
        try (DepthPredictor predictor = predictor(DepthOptions.DEFAULT)) {
            Engine.memoryBudget(1 << 20);

            assertThatThrownBy(() -> predictor.predict(TinyModel.picture(640, 480, 1)))
                    .hasMessageContaining("the memory budget is 1 MB")
                    .hasMessageContaining("smaller sizing");
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void saysThatItIsClosed() {
        DepthPredictor predictor = predictor(DepthOptions.DEFAULT);

        predictor.close();

        assertThatThrownBy(() -> predictor.predict(TinyModel.picture(32, 32, 1)))
                .hasMessageContaining("closed; load it again");
    }

    @Test
    void refusesAHeadOfLayersThatTheBackboneDoesNotHave() {
        Taps deep = new Taps(Layers.of(0, 1, 2, 11), true);

        try (LoadedHead<DptHead> head =
                LoadedHead.random(3, p -> new DptHead(p, TinyHeads.DPT, DepthPreset.SYNTHMIX.values(), deep))) {
            assertThatThrownBy(() -> DepthPredictor.of(model, head, DepthPreset.SYNTHMIX, DepthOptions.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("drawn at random from seed 3")
                    .hasMessageContaining("does not fit " + model.card().name())
                    .hasMessageContaining("layer 11 does not exist: this backbone has layers 0 to 3");
        }
    }

    @Test
    void refusesAHeadOfAnotherWidthNamingBoth() {
        LinearDepthConfig wide = new LinearDepthConfig(List.of(384), ClassToken.APPENDED, HeadNorm.NONE, 4, 16);
        Taps last = new Taps(Layers.last(1), false);

        try (LoadedHead<LinearDepthHead> head =
                LoadedHead.random(3, p -> new LinearDepthHead(p, wide, DepthPreset.NYU.values(), last))) {
            assertThatThrownBy(() -> DepthPredictor.of(model, head, DepthPreset.NYU, DepthOptions.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("(drawn at random from seed 3) reads layers of [384] channels")
                    .hasMessageContaining(model.card().name() + " has [" + TinyHeads.WIDTH + "] after layers [3]");
        }
    }

    @Test
    void saysThatItIsClosedToThoseWhoTakeTensors() {
        DepthPredictor predictor = predictor(DepthOptions.DEFAULT);

        predictor.close();

        assertThatThrownBy(() -> model.run(backbone -> predictor
                        .depth(backbone, Tensor.of(new float[3 * 32 * 32], 1, 3, 32, 32))
                        .toFloats()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed; load it again");
    }

    @Test
    void runsOverAFrameOfARealRoomAndIsEvaluated(@TempDir Path folder) throws Exception {
        Path archive = Path.of("../../shared/data/iclnuim_livingroom.tar.gz");
        assumeTrue(Files.exists(archive), "needs ../shared/data/iclnuim_livingroom.tar.gz, which is not here");
        Process tar = new ProcessBuilder(
                        "tar",
                        "xzf",
                        archive.toAbsolutePath().toString(),
                        "-C",
                        folder.toString(),
                        "iclnuim_livingroom/color/00071.jpg",
                        "iclnuim_livingroom/depth/00071.png")
                .inheritIO()
                .start();
        assumeTrue(tar.waitFor() == 0, "needs tar");
        Path room = folder.resolve("iclnuim_livingroom");

        try (DepthPredictor predictor = predictor(DepthOptions.DEFAULT)) {
            DepthMap depth = predictor.predict(room.resolve("color/00071.jpg"));
            DepthImage truth = DepthImage.read(room.resolve("depth/00071.png"), 0.001);
            DepthMetrics metrics = DepthProtocol.NYU.evaluate(depth, truth);

            assertThat(List.of(depth.width(), depth.height())).containsExactly(truth.width(), truth.height());
            assertThat(metrics.rmse()).isBetween(0.0, 10.0);
        }
    }

    /** A head that looks at the pixels alone. */
    private record PixelHead(UnaryOperator<Tensor> look) implements DepthHead {
        @Override
        public Taps taps() {
            return new Taps(Layers.last(1), true);
        }

        @Override
        public FeaturesToDepth values() {
            return FeaturesToDepth.linear(0.001, 100);
        }

        @Override
        public Tensor forward(Tensor pixels, List<Tokens> taps) {
            return look.apply(pixels);
        }

        @Override
        public Tensor logits(List<Tokens> taps) {
            throw new UnsupportedOperationException("it has no channels");
        }

        @Override
        public long bytes(int rows, int columns) {
            return 0;
        }
    }

    private static RgbImage mirror(RgbImage photo) {
        byte[] rgb = new byte[photo.rgb().length];
        IntStream.range(0, rgb.length).forEach(i -> {
            int x = i / 3 % photo.width();
            rgb[i] = photo.rgb()[i + 3 * (photo.width() - 1 - 2 * x)];
        });
        return RgbImage.of(photo.width(), photo.height(), rgb);
    }
}
