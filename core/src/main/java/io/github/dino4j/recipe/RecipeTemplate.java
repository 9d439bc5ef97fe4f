package io.github.dino4j.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Commented recipes to begin with, one a task. */
public final class RecipeTemplate {
    private RecipeTemplate() {}

    /** The tasks, by the names that recipes have for them. */
    public static List<String> tasks() {
        return Assembly.tasks();
    }

    /**
     * The recipe of a task, with every key in it.
     *
     * @throws RecipeException naming the tasks, if there is none of this name
     */
    public static String of(String task) {
        if (!tasks().contains(task)) {
            throw new RecipeException("'" + task + "' is no task"
                    + Spelling.nearest(task, tasks())
                            .map(near -> "; did you mean '" + near + "'?")
                            .orElse(".")
                    + " There are " + String.join(", ", tasks()) + ".");
        }
        try (InputStream in = RecipeTemplate.class.getResourceAsStream(task + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("the library's own recipe " + task + ".yaml is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
