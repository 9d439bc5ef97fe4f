package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PanopticPredictorTest {
    private static final ClassList CLASSES = ClassList.numbered(3);
    private static final Set<Integer> THINGS = Set.of(0, 1); // class 2 is stuff
    private static final float[] FIRST_CLASS = {0.9f, 0, 0, 0.1f};
    private static final float[] STUFF = {0, 0, 0.95f, 0.05f};

    @Test
    void givesEachPixelToTheLargestProductOfClassAndMask() {
        PanopticMap map = map(
                new float[][] {FIRST_CLASS, {0, 0.85f, 0, 0.15f}},
                new float[][] {{0.9f, 0.9f, 0.8f, 0.1f, 0, 0}, {0, 0.9f, 0.84f, 0.9f, 0.9f, 0.9f}},
                new PanopticOptions(512, 0.8, 0.5));

        // second: 0.9 x 0.9 > 0.85 x 0.9; third: 0.9 x 0.8 > 0.85 x 0.84
        assertThat(map.ids()).containsExactly(1, 1, 1, 2, 2, 2);
        assertThat(map.segments()).extracting(Segment::category).containsExactly(0, 1);
    }

    @Test
    void keepsTwoThingsOfAClassApartAndMergesStuff() {
        PanopticMap map = map(new float[][] {FIRST_CLASS, FIRST_CLASS, STUFF, {0, 0, 0.99f, 0.01f}}, new float[][] {
            {1, 1, 0, 0, 0, 0},
            {0, 0, 1, 0, 0, 0},
            {0, 0, 0, 1, 0, 0},
            {0, 0, 0, 0, 0, 1}
        });

        assertThat(map.ids()).containsExactly(1, 1, 2, 3, 0, 3);
        assertThat(map.segments()).extracting(Segment::thing).containsExactly(true, true, false);
        assertThat(map.segments().get(2).score()).isCloseTo(0.99f, within(1e-4f));
    }

    @Test
    void leavesOutQueriesThatAreNotSureOrSeeNothing() {
        PanopticMap map = map(
                new float[][] {{0.7f, 0.2f, 0, 0.1f}, {0.05f, 0, 0, 0.95f}},
                new float[][] {{1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}});

        assertThat(map.segments()).isEmpty();
    }

    @Test
    void dropsAQueryWhoseMaskOthersCover() {
        PanopticMap map = map(
                new float[][] {FIRST_CLASS, STUFF},
                new float[][] {{0.8f, 0.8f, 0.8f, 0.8f, 0, 0}, {0.9f, 0.9f, 0, 0, 0, 0}}); // half of the first is left

        assertThat(map.ids()).containsExactly(1, 1, 0, 0, 0, 0);
        assertThat(map.segments()).extracting(Segment::category).containsExactly(2);
    }

    @Test
    void doesNotCountPixelsWonOutsideOfTheMaskAsVisible() {
        PanopticMap map = map(
                new float[][] {FIRST_CLASS, STUFF},
                new float[][] {{0.8f, 0.8f, 0.8f, 0.8f, 0.4f, 0.4f}, {0.9f, 0.9f, 0, 0, 0, 0}});

        // the first wins four pixels, as many as its mask has, but two of them outside: 2 / 4, not 4 / 4
        assertThat(map.segments()).extracting(Segment::category).containsExactly(2);
    }

    @Test
    void leavesAPixelOpenWhoseWinnerIsNotInsideItsOwnMask() {
        PanopticMap map = map(new float[][] {FIRST_CLASS}, new float[][] {{1, 1, 1, 1, 1, 0.4f}});

        assertThat(map.ids()).containsExactly(1, 1, 1, 1, 1, 0);
    }

    @Test
    void runsOnAPhotoOfAnySize() {
        try (Model model = SmallMask2Former.backbone();
                PanopticPredictor predictor = PanopticPredictor.of(
                        model,
                        LoadedHead.random(3, p -> new Mask2FormerSegmenter(p, SmallMask2Former.config(64, 6))),
                        CLASSES,
                        THINGS,
                        new PanopticOptions(64, 0, 0))) {
            PanopticMap map = predictor.predict(TinyModel.picture(150, 70, 1));

            assertThat(map.width()).isEqualTo(150);
            assertThat(map.height()).isEqualTo(70);
        }
    }

    @Test
    void refusesAPhotoWhoseMasksAreBeyondTheMemoryBudget() {
        long before = Engine.memoryBudget();
        try (Model model = SmallMask2Former.backbone();
                PanopticPredictor predictor = PanopticPredictor.of(
                        model,
                        LoadedHead.random(3, p -> new Mask2FormerSegmenter(p, SmallMask2Former.config(64, 6))),
                        CLASSES,
                        THINGS,
                        new PanopticOptions(256, 0, 0))) {
            Engine.memoryBudget(model.memory(1, 256, 512).bytes() + 3 * 4 * 150 * 75); // none for the head

            assertThatThrownBy(() -> predictor.predict(TinyModel.picture(150, 75, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("masks of an image of 512 x 256 pixels")
                    .hasMessageContaining("raise Engine.memoryBudget");
        } finally {
            Engine.memoryBudget(before);
        }
    }

    @Test
    void refusesAHeadForABackboneOfAnotherWidth() {
        try (Model model = TinyModel.random();
                LoadedHead<Mask2FormerSegmenter> head =
                        LoadedHead.random(3, p -> new Mask2FormerSegmenter(p, SmallMask2Former.config(64, 6)))) {
            assertThatThrownBy(() -> PanopticPredictor.of(model, head, CLASSES, THINGS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("backbone of width 64");
        }
    }

    @Test
    void refusesAThingThatIsNoClass() {
        try (Model model = SmallMask2Former.backbone();
                LoadedHead<Mask2FormerSegmenter> head =
                        LoadedHead.random(3, p -> new Mask2FormerSegmenter(p, SmallMask2Former.config(64, 6)))) {
            assertThatThrownBy(() -> PanopticPredictor.of(model, head, CLASSES, Set.of(3)))
                    .hasMessageContaining("thing 3 is no class");
        }
    }

    private static PanopticMap map(float[][] classes, float[][] masks) {
        return map(classes, masks, PanopticOptions.STANDARD);
    }

    private static PanopticMap map(float[][] classes, float[][] masks, PanopticOptions options) {
        try (Scope scope = Scope.inference()) {
            return PanopticPredictor.map(
                    SmallMask2Former.prediction(classes, masks, 3), 3, 2, CLASSES, THINGS, options);
        }
    }
}
