package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Scope;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InstancePredictorTest {
    private static final ClassList CLASSES = ClassList.numbered(3);
    private static final Set<Integer> THINGS = Set.of(0, 1); // class 2 is stuff

    @Test
    void scoresAClassTimesTheMeanOfItsMask() {
        InstanceList list = list(
                new float[][] {{0.8f, 0.1f, 0, 0.1f}},
                new float[][] {{0.9f, 0.7f, 0.4f, 0, 0, 0}},
                new InstanceOptions(512, 100, 0.3));

        assertThat(list.instances()).hasSize(1);
        assertThat(list.instances().get(0).score()).isCloseTo(0.8f * 0.8f, within(1e-4f));
        assertThat(list.instances().get(0).mask().mask()).containsExactly(true, true, false, false, false, false);
        assertThat(list.instances().get(0).box()).isEqualTo(new PixelBox(0, 0, 2, 1));
    }

    @Test
    void sortsByTheFinalScoreAndGivesAMaskUnderEachLikelyClass() {
        InstanceList list = list(
                new float[][] {{0.9f, 0, 0, 0.1f}, {0.4f, 0.6f, 0, 0}},
                new float[][] {{0.51f, 0.51f, 0, 0, 0, 0}, {0, 0, 0, 1, 1, 1}},
                new InstanceOptions(512, 3, 0));

        assertThat(list.instances()).extracting(Instance::category).containsExactly(1, 0, 0);
        assertThat(list.instances().get(1).score()).isCloseTo(0.9f * 0.51f, within(1e-3f));
    }

    @Test
    void leavesOutStuffAndEmptyMasks() {
        InstanceList list = list(
                new float[][] {{0, 0, 1, 0}, {1, 0, 0, 0}},
                new float[][] {{1, 1, 1, 1, 1, 1}, {0.4f, 0.2f, 0, 0, 0, 0}},
                new InstanceOptions(512, 100, 0.1));

        assertThat(list.instances()).isEmpty();
    }

    @Test
    void givesNoMoreThanAsked() {
        float[] sure = {0.9f, 0.05f, 0, 0.05f};
        float[] mask = {1, 1, 0, 0, 0, 0};

        InstanceList list = list(
                new float[][] {sure, sure, sure}, new float[][] {mask, mask, mask}, new InstanceOptions(512, 2, 0));

        assertThat(list.instances()).hasSize(2);
    }

    @Test
    void runsOnAPhotoOfAnySize() {
        try (Model model = SmallMask2Former.backbone();
                InstancePredictor predictor = InstancePredictor.of(
                        model,
                        LoadedHead.random(3, p -> new Mask2FormerSegmenter(p, SmallMask2Former.config(64, 6))),
                        CLASSES,
                        THINGS,
                        InstanceOptions.EVALUATION.withSide(64))) {
            InstanceList list = predictor.predict(TinyModel.picture(150, 70, 1));

            assertThat(list.width()).isEqualTo(150);
            assertThat(list.height()).isEqualTo(70);
        }
    }

    private static InstanceList list(float[][] classes, float[][] masks, InstanceOptions options) {
        try (Scope scope = Scope.inference()) {
            return InstancePredictor.list(
                    SmallMask2Former.prediction(classes, masks, 3), 3, 2, CLASSES, THINGS, options);
        }
    }
}
