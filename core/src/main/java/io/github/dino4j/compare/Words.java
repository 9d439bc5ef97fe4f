package io.github.dino4j.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;
import java.util.Properties;

/** The page's texts in a language. Immutable. */
public final class Words {
    /** Languages that there are. */
    public static final List<String> LANGUAGES = List.of("en", "zh");

    private final String language;
    private final Properties texts = new Properties();

    private Words(String language) {
        this.language = language;
        try (InputStream in = Words.class.getResourceAsStream(language + ".properties")) {
            if (in == null) {
                throw new IllegalStateException("the library's own texts " + language + ".properties are missing");
            }
            Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8);
            texts.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The texts of a language.
     *
     * @throws IllegalArgumentException naming the languages, if there is none of this name
     */
    public static Words in(String language) {
        if (!LANGUAGES.contains(language)) {
            throw new IllegalArgumentException(
                    "there are no texts in '" + language + "'; there are " + String.join(", ", LANGUAGES));
        }
        return new Words(language);
    }

    public String language() {
        return language;
    }

    /** A text; {@code {0}} and so on in it are the values. */
    public String of(String key, Object... values) {
        String text = texts.getProperty(key);
        if (text == null) {
            throw new IllegalArgumentException("there is no text '" + key + "' in " + language);
        }
        return values.length == 0 ? text : new MessageFormat(text, Locale.ROOT).format(values);
    }

    /** All keys, for a test that languages have the same. */
    java.util.Set<String> keys() {
        return texts.stringPropertyNames();
    }
}
