package io.github.dino4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextSegmenterTest {
    private static final ClassList CLASSES = ClassList.of("scene", List.of("sky", "road", "tree"));

    /** The steps of the evaluation, one window after the other, written out. */
    @Test
    void windowsAreAveragedAsPublished() {
        RgbImage photo = TinyModel.picture(120, 80, 4);
        try (Model model = TinyModel.random();
                TextEncoder encoder = TextEncoder.random(model, Tokenizer.ofBytes(), 5)) {
            TextSegmenter segmenter =
                    new TextSegmenter(encoder, CLASSES, PromptTemplates.ONE, TextSegmenter.Options.windows(64, 40, 24));

            SegmentMap map = segmenter.predict(photo);

            float[][] texts = encoder.classes(CLASSES.names(), PromptTemplates.ONE, true);
            float[] words = new float[3 * 48];
            for (int k = 0; k < 3; k++) {
                System.arraycopy(texts[k], 0, words, 48 * k, 48);
            }
            float[][] expected = model.run(backbone -> encoder.loaded().use(h -> {
                Tensor pixels = Model.tensor(List.of(model.prepare(segmenter.transform(), photo, Optional.empty())));
                int height = (int) pixels.size(2);
                int width = (int) pixels.size(3);
                float[] sum = new float[3 * height * width];
                float[] count = new float[height * width];
                for (int row = 0; row < Math.max(height - 40 + 23, 0) / 24 + 1; row++) {
                    for (int column = 0; column < Math.max(width - 40 + 23, 0) / 24 + 1; column++) {
                        int top = Math.min(row * 24 + 40, height) - 40;
                        int left = Math.min(column * 24 + 40, width) - 40;
                        Tensor window =
                                pixels.narrow(2, top, 40).narrow(3, left, 40).bicubic(48, 48, false);
                        Tensor patches = DinoTxt.normalised(h.vision()
                                .align(h.vision().read(backbone, window))
                                .patches());
                        Tensor cosines = Tensor.of(words, 3, 48)
                                .matmul(patches.transpose(1, 2))
                                .reshape(1, 3, 3, 3);
                        float[] scores =
                                cosines.bilinear(40, 40, false).softmax(1).toFloats();
                        for (int i = 0; i < 40 * 40; i++) {
                            int at = (top + i / 40) * width + left + i % 40;
                            count[at]++;
                            for (int k = 0; k < 3; k++) {
                                sum[k * height * width + at] += scores[k * 1600 + i];
                            }
                        }
                    }
                }
                for (int i = 0; i < sum.length; i++) {
                    sum[i] /= count[i % count.length];
                }
                Tensor mean = Tensor.of(sum, 1, 3, height, width).bilinear(80, 120, false);
                return new float[][] {
                    mean.argmax(1).to(DType.F32).toFloats(), mean.amax(1).toFloats()
                };
            }));
            int differing = 0;
            for (int i = 0; i < 80 * 120; i++) {
                assertThat(map.confidences()[i]).isCloseTo(expected[1][i], within(1e-4f));
                differing += map.labels()[i] == expected[0][i] ? 0 : 1;
            }
            assertThat(differing).as("pixels where rounding decides").isLessThan(10);
            assertThat(map.shares()).hasSizeGreaterThan(1);
        }
    }

    @Test
    void inOnePieceOrInOneWindowTheAnswerIsTheSame() {
        RgbImage photo = TinyModel.picture(64, 64, 2);
        try (Model model = TinyModel.random();
                TextEncoder encoder = TextEncoder.random(model, Tokenizer.ofBytes(), 5)) {
            SegmentMap window = new TextSegmenter(
                            encoder, CLASSES, PromptTemplates.NAME, TextSegmenter.Options.windows(64, 64, 64))
                    .predict(photo);
            SegmentMap whole = new TextSegmenter(
                            encoder, CLASSES, PromptTemplates.NAME, TextSegmenter.Options.whole(64))
                    .predict(photo);

            assertThat(whole.labels()).isEqualTo(window.labels());
        }
    }

    @Test
    void aPhotoWhoseScoresDoNotFitTheMemoryIsRefused() {
        long budget = Engine.memoryBudget();
        try (Model model = TinyModel.random();
                TextEncoder encoder = TextEncoder.random(model, Tokenizer.ofBytes(), 5)) {
            TextSegmenter segmenter = new TextSegmenter(encoder, CLASSES, PromptTemplates.NAME);
            Engine.memoryBudget(8L << 20);

            assertThatThrownBy(() -> segmenter.predict(TinyModel.picture(600, 512, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("3 classes of a photo of 600 x 512");
        } finally {
            Engine.memoryBudget(budget);
        }
    }
}
