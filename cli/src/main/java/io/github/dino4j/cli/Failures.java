package io.github.dino4j.cli;

import io.github.dino4j.data.DataSetException;
import io.github.dino4j.export.ExportException;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.recipe.RecipeException;
import io.github.dino4j.retrieve.RetrievalException;
import io.github.dino4j.tensor.TensorException;
import io.github.dino4j.train.TrainingException;
import io.github.dino4j.weights.CheckpointException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** From an exception to one clean message and an exit code. */
final class Failures {
    private Failures() {}

    static int report(Exception e, CommandLine command) throws Exception {
        boolean verbose = command.getCommandSpec().mixins().values().stream()
                .anyMatch(mixin -> mixin.userObject() instanceof Console console && console.verbose());
        if (verbose) {
            e.printStackTrace(command.getErr());
        }
        if (e instanceof ParameterException || e instanceof IllegalArgumentException) {
            return Main.usage(command, String.valueOf(e.getMessage()));
        }
        command.getErr().println("dino4j: " + message(e) + (verbose || expected(e) ? "" : " (--verbose tells more)"));
        return ExitCode.FAILURE;
    }

    private static boolean expected(Exception e) {
        return e instanceof CheckpointException
                || e instanceof DataSetException
                || e instanceof RecipeException
                || e instanceof RetrievalException
                || e instanceof TrainingException
                || e instanceof ImageException
                || e instanceof ExportException
                || e instanceof NotFiniteException
                || e instanceof TensorException
                || e instanceof UnsupportedOperationException
                || e instanceof IOException;
    }

    private static String message(Exception e) {
        return e.getMessage() == null || !expected(e) ? e.toString() : e.getMessage();
    }
}
