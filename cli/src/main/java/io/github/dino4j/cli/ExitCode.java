package io.github.dino4j.cli;

/** What the shell is told; the root command's help lists them. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILURE = 1;
    static final int USAGE = 2;
    /** Finished, but some inputs could not be read. */
    static final int UNREADABLE = 3;
    /** Ended by the user, and can go on. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
