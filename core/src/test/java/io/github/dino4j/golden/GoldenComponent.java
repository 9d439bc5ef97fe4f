package io.github.dino4j.golden;

import io.github.dino4j.testkit.GoldenCase;

/** Runs the cases of one official component; chosen by a case's source and config, never by its name. */
public interface GoldenComponent {
    boolean handles(GoldenCase golden);

    /** Computes every output of the case and gives it to {@code check}. */
    void run(GoldenCase golden, Check check);
}
