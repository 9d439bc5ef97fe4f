package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.Inference.Oversize;
import io.github.dino4j.segment.Inference.Slide;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class InferenceTest {
    private static Model model;

    private final PixelHead head = new PixelHead();

    @BeforeAll
    static void load() {
        model = TinyModel.random();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static float[] image(int height, int width) {
        Random random = new Random(3);
        float[] values = new float[3 * height * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private float[] scores(Inference inference, int height, int width) {
        return model.run(backbone -> inference
                .scores(backbone, head, Tensor.of(image(height, width), 1, 3, height, width), height, width)
                .toFloats());
    }

    private static Windows windows(int crop, int stride, Oversize oversize, int height, int width) {
        return Windows.of(new Slide(crop, crop, stride, stride, oversize, Fit.NONE), height, width);
    }

    @Test
    void movesTheLastWindowBackInside() {
        Windows windows = windows(56, 37, Oversize.CLIP, 70, 100);

        assertThat(windows.tops()).containsExactly(0, 14);
        assertThat(windows.lefts()).containsExactly(0, 37, 44);
    }

    @Test
    void shrinksAWindowThatIsLargerOnBothSidesToASquare() {
        Windows windows = windows(160, 100, Oversize.SQUARE, 96, 144);

        assertThat(windows).isEqualTo(new Windows(96, 96, List.of(0), List.of(0, 48)));
    }

    @Test
    void clipsAWindowThatIsLargerOnOneSide() {
        assertThat(windows(64, 40, Oversize.SQUARE, 48, 144))
                .isEqualTo(new Windows(48, 64, List.of(0), List.of(0, 40, 80)));
        assertThat(windows(160, 100, Oversize.CLIP, 96, 144)).isEqualTo(new Windows(96, 144, List.of(0), List.of(0)));
    }

    @Test
    void coversEveryPixelOfEverySize() {
        Random random = new Random(11);
        for (int round = 0; round < 3000; round++) {
            int crop = 1 + random.nextInt(60);
            int length = 1 + random.nextInt(150);
            int other = 1 + random.nextInt(150);
            Oversize oversize = random.nextBoolean() ? Oversize.SQUARE : Oversize.CLIP;
            Windows windows = windows(crop, 1 + random.nextInt(crop), oversize, other, length);
            int covered = 0;
            for (int left : windows.lefts()) {
                assertThat(left).isBetween(0, covered);
                covered = left + windows.width();
            }
            assertThat(covered).isEqualTo(length);
        }
    }

    @Test
    void averagesWhereWindowsOverlap() {
        model.run(backbone -> {
            Tensor one = Tensor.of(new float[] {1, 1, 1}, 1, 1, 1, 3);
            Tensor mean = Windows.mean(3, 5, List.of(0, 2, 2), List.of(one, one.mul(4), one.mul(7)));

            assertThat(mean.toFloats()).containsExactly(1, 1, 4, 5.5f, 5.5f);
            return null;
        });
    }

    @Test
    void givesTheImageBackWhereScoresAreThePixels() {
        float[] scores = scores(Slide.dinoV3(64, 40), 96, 144);

        float[] image = image(96, 144);
        for (int i = 0; i < image.length; i++) {
            assertThat(scores[i]).isCloseTo(image[i], Offset.offset(1e-6f));
        }
    }

    @Test
    void runsTheWindowsOfARowTogether() {
        scores(Slide.dinoV3(64, 40), 96, 144);

        assertThat(head.seen).containsExactly(List.of(3L, 64L, 64L), List.of(3L, 64L, 64L));
    }

    @Test
    void runsWindowsOneByOneWhereMemoryIsShort() {
        float[] together = scores(Slide.dinoV3(64, 40), 96, 144);
        head.seen.clear();
        long before = Engine.memoryBudget();
        try {
            Engine.memoryBudget(1 << 20);

            float[] alone = scores(Slide.dinoV3(64, 40), 96, 144);

            assertThat(head.seen).hasSize(6).containsOnly(List.of(1L, 64L, 64L));
            assertThat(alone).isEqualTo(together);
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void runsWindowsOneByOneWhereTheHeadTakesMuchMemory() {
        long before = Engine.memoryBudget();
        try {
            Engine.memoryBudget(4L << 30);
            head.bytes = 3L << 30;

            scores(Slide.dinoV3(64, 40), 96, 144);

            assertThat(head.seen).hasSize(6).containsOnly(List.of(1L, 64L, 64L));
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void padsOrStretchesAWindowToThePatch() {
        scores(Slide.dinoV2(40, 40), 40, 40);
        scores(Slide.dinoV3(40, 40), 40, 40);
        scores(new Inference.Plain(Fit.STRETCH), 37, 5);

        assertThat(head.seen).containsExactly(List.of(1L, 48L, 48L), List.of(1L, 48L, 48L), List.of(1L, 32L, 16L));
    }

    @Test
    void padsTheSmallerHalfFirst() {
        model.run(backbone -> {
            Tensor padded = Fit.PAD.apply(Tensor.of(new float[] {1}, 1, 1, 1, 1), 4);

            assertThat(padded.toFloats()).containsExactly(0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            return null;
        });
    }

    @Test
    void seesTheWholeImageAsASquare() {
        scores(new Inference.Whole(64), 96, 144);

        assertThat(head.seen).containsExactly(List.of(1L, 64L, 64L));
    }

    @Test
    void roundsTheSquareToWhatBackboneAndHeadNeed() {
        head.multiple = 12;

        scores(new Inference.Whole(70), 96, 144); // patches of 16: multiples of 48

        assertThat(head.seen).containsExactly(List.of(1L, 48L, 48L));
    }

    @Test
    void slidesOverSeveralImagesAtOnce() {
        Slide slide = Slide.dinoV3(32, 32);
        model.run(backbone -> {
            Tensor two = Tensor.of(image(64, 96), 1, 3, 64, 96);
            Tensor both = Tensor.cat(0, two, two.mul(2));
            Tensor scores = slide.scores(backbone, head, both, 64, 96);

            assertThat(scores.toFloats()).isEqualTo(both.toFloats());
            return null;
        });
    }

    @Test
    void looksAtClassTokensWhereTheHeadReadsThem() {
        LinearSegmenter.Config plain = new LinearSegmenter.Config(Layers.last(1), 48, false, 5);
        try (LoadedHead<LinearSegmenter> without = LoadedHead.random(1, p -> new LinearSegmenter(p, plain));
                LoadedHead<LinearSegmenter> with =
                        LoadedHead.random(1, p -> new LinearSegmenter(p, plain.withClassToken()))) {
            model.run(backbone -> {
                List<Tokens> taps = List.of(new Tokens(
                        Tensor.zeros(1, 48).mul(Double.NaN), Tensor.zeros(1, 0, 48), Tensor.zeros(1, 4, 48), 2, 2));
                new HeadPass(backbone, without.head(), "m", "h").requireFinite(taps);

                assertThatThrownBy(() -> new HeadPass(backbone, with.head(), "m", "h").requireFinite(taps))
                        .isInstanceOf(NotFiniteException.class)
                        .hasMessageContaining("layer 1 of m gave NaN or infinite features");
                return null;
            });
        }
    }

    @Test
    void refusesAStrideThatLeavesGaps() {
        assertThatThrownBy(() -> Slide.dinoV3(32, 33))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("windows of 32 x 32 pixels at a stride of 33 x 33 leave gaps");
    }

    @Test
    void saysThatAnImageIsSmallerThanAPatch() {
        assertThatThrownBy(() -> scores(new Inference.Plain(Fit.NONE), 10, 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10 x 40 pixels cannot be cut into 16 x 16 patches");
    }

    @Test
    void roundsScalesAsTheOfficialEvaluationDoes() {
        assertThat(Augmentation.size(512, 0.9)).isEqualTo(480); // 460.8, up to a multiple of 32
        assertThat(Augmentation.size(512, 1.1)).isEqualTo(563); // 563.2
        assertThat(Augmentation.DINOV2_MULTI_SCALE.views()).isEqualTo(10);
    }
}
