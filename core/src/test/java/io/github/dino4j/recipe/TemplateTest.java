package io.github.dino4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.predict.Model;
import io.github.dino4j.train.BackboneFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the templates show and what the readers know is the same. */
class TemplateTest {
    /** A key, commented out or not: indent, hash, more indent, key. */
    private static final Pattern LINE = Pattern.compile("(\\s*)(?:# )?(\\s*)([a-z_]+):(?: .*)?");

    /** Another key that a comment behind a line speaks of. */
    private static final Pattern MENTIONED = Pattern.compile("#.*?\\b(?:or|with) ([a-z_.]+): ");

    @TempDir
    static Path data;

    @BeforeAll
    static void draw() throws IOException {
        TinySet.draw(data);
        try (Model model =
                BackboneRecipe.plain(TinySet.recipe(data, "segmentation").open().section("backbone"))) {
            BackboneFile.write(data.resolve("model.safetensors"), model, Optional.empty(), Map.of());
        }
    }

    static List<String> tasks() {
        return RecipeTemplate.tasks();
    }

    /** Full names of all keys in a template. */
    private static Set<String> shown(String template) {
        Set<String> keys = new TreeSet<>();
        List<String> path = new ArrayList<>();
        List<Integer> indents = new ArrayList<>();
        for (String line : template.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                continue;
            }
            int indent = matcher.group(1).length() + matcher.group(2).length();
            while (!indents.isEmpty() && indents.get(indents.size() - 1) >= indent) {
                indents.remove(indents.size() - 1);
                path.remove(path.size() - 1);
            }
            String parent = path.isEmpty() ? "" : String.join(".", path) + ".";
            indents.add(indent);
            path.add(matcher.group(3));
            keys.add(parent + matcher.group(3));
            Matcher mentioned = MENTIONED.matcher(line);
            while (mentioned.find()) {
                String name = mentioned.group(1);
                keys.add(name.contains(".") ? name : parent + name);
            }
        }
        return keys;
    }

    /** Full names of all keys that reading a recipe asks for, with a drawn backbone and with one from a file. */
    private static Set<String> asked(String task) {
        Set<String> keys = new TreeSet<>();
        Recipe drawn = TinySet.recipe(data, task);
        Recipe filed = drawn.with("backbone.random", "null").with("backbone.file", "model.safetensors");
        List<Recipe> recipes = new ArrayList<>(List.of(drawn, filed));
        if (task.equals("distillation")) {
            recipes.add(drawn.with("teacher.random", "null").with("teacher.file", "model.safetensors"));
        }
        if (task.equals("self-supervised")) {
            recipes.add(drawn.with("gram", "{begin_epoch: 0}"));
        }
        for (Recipe recipe : recipes) {
            Section top = recipe.open();
            Assembly.of(recipe, top).close();
            keys.addAll(top.asked());
        }
        return keys;
    }

    /** Sections with the same keys are shown once: validation data are read as training data are, a teacher as a backbone. */
    private static Set<String> once(Set<String> keys) {
        Set<String> merged = new TreeSet<>();
        keys.forEach(key -> merged.add(
                key.replaceFirst("^data\\.validation\\.", "data.train.").replaceFirst("^teacher\\.", "backbone.")));
        return merged;
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void everyTemplateIsARecipeOfItsTask(String task) {
        Recipe recipe = Recipe.parse(task, RecipeTemplate.of(task), data);

        assertThat(recipe.value("task")).contains(task);
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void readersKnowEveryKeyOfTheTemplateCommentedOutOrNot(String task) {
        Set<String> unknown = once(shown(RecipeTemplate.of(task)));
        unknown.removeAll(once(asked(task)));

        assertThat(unknown).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tasks")
    void theTemplateShowsEveryKeyThatReadersKnow(String task) {
        Set<String> hidden = once(asked(task));
        hidden.removeAll(once(shown(RecipeTemplate.of(task))));

        assertThat(hidden).isEmpty();
    }

    @Test
    void anUnknownTaskNamesTheNearestRightOne() {
        assertThatThrownBy(() -> RecipeTemplate.of("segmentaton"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("did you mean 'segmentation'?");
    }
}
