package io.github.dino4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeTest {
    private static Recipe recipe(String yaml) {
        return Recipe.parse("my.yaml", yaml, Path.of("/recipes"));
    }

    @Test
    void valuesAreReadWithTheirDefaults() {
        Section top = recipe("task: segmentation\ntraining:\n  epochs: 5\n  rate: 3e-4\n")
                .open();
        assertThat(top.text("task", "?")).isEqualTo("segmentation");
        Section training = top.section("training");
        assertThat(training.atLeast("epochs", 1, 20)).isEqualTo(5);
        assertThat(training.number("rate", 1)).isEqualTo(3e-4);
        assertThat(training.integer("batch", 8)).isEqualTo(8);
        top.finish();
    }

    @Test
    void anUnknownKeyIsAnErrorThatNamesTheNearestRightOne() {
        Section top = recipe("training:\n  epohcs: 5\n  batch: 2\n").open();
        Section training = top.section("training");
        training.integer("epochs", 1);
        training.integer("batch", 1);
        assertThatThrownBy(top::finish)
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("'training.epohcs' is not a key")
                .hasMessageContaining("did you mean 'training.epochs'?")
                .hasMessageContaining("epochs, batch");
    }

    @Test
    void aChangeFromTheCommandLineReplacesOrAddsAValue() {
        Recipe changed = recipe("training:\n  epochs: 5\n")
                .with(List.of("training.epochs=7", "backbone.lora.targets=[q, v]", "seed=3"));
        assertThat(changed.value("training.epochs")).contains("7");
        Section lora = changed.open().section("backbone").section("lora");
        assertThat(lora.list("targets", t -> t, List.of())).containsExactly("q", "v");
        assertThat(changed.yaml()).contains("epochs: 7").contains("seed: 3");
    }

    @Test
    void aChangeWithoutEqualsSignIsRefused() {
        assertThatThrownBy(() -> recipe("a: 1").with(List.of("training.epochs")))
                .hasMessageContaining("write key=value");
    }

    @Test
    void aChangeWithoutAValueIsRefusedAndNullTakesAKeyOut() {
        assertThatThrownBy(() -> recipe("a: 1").with("a", "")).hasMessageContaining("a=null");
        assertThat(recipe("a: 1").with("a", "null").open().has("a")).isFalse();
    }

    @Test
    void aWrongKindOfValueNamesItsKey() {
        Section top = recipe("batch: many\nrate: NaN\nflag: perhaps\ndata: 3\n").open();
        assertThatThrownBy(() -> top.integer("batch", 1)).hasMessageContaining("'batch' must be a whole number");
        assertThatThrownBy(() -> top.number("rate", 1)).hasMessageContaining("'rate' must be a");
        assertThatThrownBy(() -> top.flag("flag", true)).hasMessageContaining("true or false");
        assertThatThrownBy(() -> top.section("data")).hasMessageContaining("a section");
    }

    @Test
    void aMissingValueComesWithAnExample() {
        assertThatThrownBy(() -> recipe("a: 1").open().section("data").required("images", "camvid/train/images"))
                .hasMessageContaining("'data.images' is missing")
                .hasMessageContaining("images: camvid/train/images");
    }

    @Test
    void aWordThatIsNoneOfTheChoicesNamesThem() {
        Section top = recipe("optimizer: adam").open();
        assertThatThrownBy(() -> top.choice("optimizer", java.util.Map.of("adamw", 1, "sgd", 2), "adamw"))
                .hasMessageContaining("did you mean 'adamw'?");
    }

    @Test
    void brokenYamlNamesFileAndLine() {
        assertThatThrownBy(() -> recipe("a: 1\nb: [1, 2\nc: 3\n"))
                .hasMessageContaining("my.yaml, line 3")
                .hasMessageContaining("no YAML");
    }

    @Test
    void aKeyGivenTwiceIsAnError() {
        assertThatThrownBy(() -> recipe("a: 1\na: 2\n")).hasMessageContaining("my.yaml");
    }

    @Test
    void relativeFilesBeginAtTheRecipesFolder() {
        assertThat(recipe("file: x/y.png").open().file("file")).contains(Path.of("/recipes/x/y.png"));
    }

    @Test
    void aMissingFileSaysHowToBegin(@TempDir Path folder) {
        assertThatThrownBy(() -> Recipe.read(folder.resolve("no.yaml")))
                .hasMessageContaining("no.yaml")
                .hasMessageContaining("--init");
    }
}
