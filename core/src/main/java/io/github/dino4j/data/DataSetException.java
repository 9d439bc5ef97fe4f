package io.github.dino4j.data;

import java.util.List;
import java.util.stream.Collectors;

/** A data set that cannot be used; the message lists its bad files, {@link #files()} has all of them. */
public final class DataSetException extends RuntimeException {
    private static final int LISTED = 20;

    private final List<BadFile> files;

    public DataSetException(String message, List<BadFile> files) {
        super(message + listed(files));
        this.files = List.copyOf(files);
    }

    /** Every bad file. */
    public List<BadFile> files() {
        return files;
    }

    private static String listed(List<BadFile> files) {
        String lines = files.stream()
                .limit(LISTED)
                .map(file -> System.lineSeparator() + "  " + file.reason())
                .collect(Collectors.joining());
        return files.size() > LISTED
                ? lines + System.lineSeparator() + "  and " + (files.size() - LISTED) + " more"
                : lines;
    }
}
