package io.github.dino4j.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** This library's own name, for results that should say what made them. */
public final class Library {
    private static final String RESOURCE = "library.properties"; // Maven fills it in

    private Library() {}

    /** Such as {@code 0.1.0}. */
    public static String version() {
        try (InputStream in = Objects.requireNonNull(Library.class.getResourceAsStream(RESOURCE), RESOURCE)) {
            Properties properties = new Properties();
            properties.load(in);
            return Objects.requireNonNull(properties.getProperty("version"), RESOURCE);
        } catch (IOException e) {
            throw new UncheckedIOException("the library's resource " + RESOURCE + " cannot be read", e);
        }
    }

    /** Such as {@code Dino4J 0.1.0}. */
    public static String title() {
        return "Dino4J " + version();
    }
}
