package io.github.dino4j.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Character references of HTML ({@code &amp;}, {@code &#228;}), resolved as the HTML standard says (section 13.2.5.72). */
final class HtmlEntities {
    private static final Pattern REFERENCE =
            Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\\t\\n\\f <&#;]{1,32};?)");
    private static final Charset WINDOWS = Charset.forName("windows-1252");
    private static final Map<String, String> NAMED = named();

    private HtmlEntities() {}

    /** The text with each known reference replaced once. */
    static String unescape(String text) {
        return text.indexOf('&') < 0
                ? text
                : REFERENCE
                        .matcher(text)
                        .replaceAll(match -> Matcher.quoteReplacement(
                                match.group(1).startsWith("#") ? number(match.group(1)) : name(match.group(1))));
    }

    private static String number(String reference) {
        boolean hex = reference.charAt(1) == 'x' || reference.charAt(1) == 'X';
        String digits = reference.substring(hex ? 2 : 1).replace(";", "").replaceFirst("^0+(?=.)", "");
        if (digits.length() > 8) {
            return "\uFFFD";
        }
        long code = Long.parseLong(digits, hex ? 16 : 10);
        if (code >= 0x80 && code <= 0x9f) { // browsers take these for Windows letters
            String letter = new String(new byte[] {(byte) code}, WINDOWS);
            return letter.equals("\uFFFD") ? Character.toString((int) code) : letter;
        }
        if (code == '\r') {
            return "\r";
        }
        if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return "\uFFFD";
        }
        boolean control = code < 0x20 && code != '\t' && code != '\n' && code != '\f';
        boolean noCharacter = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
        return control || code == 0x7f || noCharacter ? "" : Character.toString((int) code);
    }

    /** By the longest known name that the reference begins with; only old names go without a semicolon. */
    private static String name(String reference) {
        for (int length = reference.length(); length > 1; length--) {
            String known = NAMED.get(reference.substring(0, length));
            if (known != null) {
                return known + reference.substring(length);
            }
        }
        return "&" + reference;
    }

    private static Map<String, String> named() {
        Map<String, String> named = new HashMap<>();
        try (InputStream in = HtmlEntities.class.getResourceAsStream("entities.txt")) {
            if (in == null) {
                throw new IllegalStateException("entities.txt is missing beside " + HtmlEntities.class);
            }
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                    .lines()
                    .forEach(line -> {
                        String[] parts = line.split(" ");
                        StringBuilder characters = new StringBuilder();
                        for (int i = 1; i < parts.length; i++) {
                            characters.appendCodePoint(Integer.parseInt(parts[i], 16));
                        }
                        named.put(parts[0], characters.toString());
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return named;
    }
}
