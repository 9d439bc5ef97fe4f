package io.github.dino4j.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Repairs of damaged Unicode that the official tokenizer leaves to the Python library ftfy: UTF-8 that was read as
 * Windows-1252 ("schÃ¶n"), ligatures, wide letters, curly quotes, control characters; composed form at the end (NFC).
 *
 * <p>Written from what the library is documented to do. It does less: other code pages than Windows-1252 are not undone, and
 * a suspicious pair of letters is taken for damage only where its first is one that hardly ever stands before a symbol.
 */
final class TextRepair {
    private static final Charset WINDOWS = Charset.forName("windows-1252");

    /** Bytes 0x80 to 0xbf of Windows-1252 as characters; the five that it lacks stay themselves. */
    private static final String SYMBOLS = symbols();

    /** What the first byte of a UTF-8 sequence of two, three or four looks like, and its followers. */
    private static final Pattern DAMAGE = Pattern.compile(String.format(
            "[\u00c2-\u00df][%1$s]|[\u00e0-\u00ef][%1$s]{2}|[\u00f0-\u00f4][%1$s]{3}", Pattern.quote(SYMBOLS)));

    private static final Pattern RUN = Pattern.compile("(?:" + DAMAGE + ")+");

    /** "voilà", whose second byte was a space that does not break and is now a plain one. */
    private static final Pattern LOST_SPACE = Pattern.compile("(?<!\\p{Lu})\u00c3 {1,2}(?=\\p{Ll})");

    /** Symbols and letters that often stand behind a capital letter that is no damage. */
    private static final String BEHIND_WORDS =
            "\u2018\u2019\u201a\u201d\u201e\u2013\u2014\u2026\u2122\u00ae\u00bb\u00ab\u203a\u2039"
                    + "\u00a0\u20ac\u02c6\u0178\u0152\u0153\u0160\u0161\u017d\u017e\u0192";

    private static final Pattern CAPITALS = Pattern.compile("&([A-Z]{2,24});");

    private static final Pattern ESCAPES = Pattern.compile("\u001b\\[(?:(?:\\d+;)*\\d+)?[A-Za-z]");
    private static final Pattern CONTROLS = Pattern.compile(
            "[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]|\\x{e0001}|[\\x{e0020}-\\x{e007f}]");
    private static final Pattern WIDE = Pattern.compile("[\uff01-\uffef]+");
    private static final Map<Integer, String> PLAIN = plain();

    private TextRepair() {}

    static String repair(String text) {
        String before;
        String after = text;
        do {
            before = after;
            after = once(before);
        } while (!after.equals(before));
        return after;
    }

    private static String once(String text) {
        String unescaped = text.indexOf('<') < 0 ? HtmlEntities.unescape(capitals(text)) : text;
        String repaired = reread(ESCAPES.matcher(unescaped).replaceAll(""));
        StringBuilder plain = new StringBuilder();
        repaired.codePoints().forEach(c -> {
            String replacement = PLAIN.get(c);
            if (replacement == null) {
                plain.appendCodePoint(c);
            } else {
                plain.append(replacement);
            }
        });
        String narrow = WIDE.matcher(plain)
                .replaceAll(m -> Matcher.quoteReplacement(Normalizer.normalize(m.group(), Normalizer.Form.NFKC)));
        String lines = narrow.replace("\r\n", "\n")
                .replace('\r', '\n')
                .replace('\u2028', '\n')
                .replace('\u2029', '\n');
        return Normalizer.normalize(CONTROLS.matcher(lines).replaceAll(""), Normalizer.Form.NFC);
    }

    /** References that were put into capitals with the text around them: {@code &EACUTE;} is É. */
    private static String capitals(String text) {
        return CAPITALS.matcher(text).replaceAll(m -> {
            String lower = "&" + m.group(1).toLowerCase(Locale.ROOT) + ";";
            String known = HtmlEntities.unescape(m.group()).equals(m.group()) ? HtmlEntities.unescape(lower) : lower;
            boolean letter = known.length() == 1 && Character.isLetter(known.charAt(0));
            return Matcher.quoteReplacement(letter ? known.toUpperCase(Locale.ROOT) : m.group());
        });
    }

    /** Reads damaged sequences as the UTF-8 that they were: several side by side, one that can be nothing else, or all if such a one is among them. */
    private static String reread(String text) {
        String spaced = LOST_SPACE.matcher(text).replaceAll("\u00e0 ");
        boolean throughout = DAMAGE.matcher(spaced).replaceAll("").chars().allMatch(c -> c < 0x80)
                && DAMAGE.matcher(spaced).results().anyMatch(m -> believable(m.group()));
        return RUN.matcher(spaced).replaceAll(m -> {
            String run = m.group();
            boolean several = DAMAGE.matcher(run).results().limit(2).count() > 1;
            return Matcher.quoteReplacement(throughout || several || believable(run) ? utf8(run) : run);
        });
    }

    /** "É”" ends a quotation, "Ã¶" is no word: two characters are damage only behind letters that symbols do not follow. */
    private static boolean believable(String sequence) {
        char second = sequence.charAt(1);
        return sequence.length() > 2
                || switch (sequence.charAt(0)) {
                    case '\u00c2' -> true;
                    case '\u00c3' -> second != '\u2026';
                    default -> BEHIND_WORDS.indexOf(second) < 0;
                };
    }

    private static String utf8(String sequence) {
        byte[] bytes = new byte[sequence.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = sequence.charAt(i);
            int symbol = SYMBOLS.indexOf(c);
            bytes[i] = (byte) (symbol >= 0 ? 0x80 + symbol : c);
        }
        try {
            CharBuffer read = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return read.toString();
        } catch (CharacterCodingException e) {
            return sequence; // overlong or a surrogate: it was no UTF-8
        }
    }

    private static String symbols() {
        StringBuilder symbols = new StringBuilder();
        for (int b = 0x80; b < 0xc0; b++) {
            String symbol = new String(new byte[] {(byte) b}, WINDOWS);
            symbols.append(symbol.equals("\ufffd") ? Character.toString(b) : symbol);
        }
        return symbols.toString();
    }

    private static Map<Integer, String> plain() {
        Map<Integer, String> plain = new HashMap<>();
        put(plain, "'", "\u02bc\u2018\u2019\u201a\u201b");
        put(plain, "\"", "\u201c\u201d\u201e\u201f");
        put(plain, " ", "\u3000");
        String[][] ligatures = {
            {"\u0132", "IJ"}, {"\u0133", "ij"}, {"\u0149", "\u02bcn"}, {"\u01f1", "DZ"}, {"\u01f2", "Dz"},
            {"\u01f3", "dz"}, {"\u01c4", "D\u017d"}, {"\u01c5", "D\u017e"}, {"\u01c6", "d\u017e"}, {"\u01c7", "LJ"},
            {"\u01c8", "Lj"}, {"\u01c9", "lj"}, {"\u01ca", "NJ"}, {"\u01cb", "Nj"}, {"\u01cc", "nj"},
            {"\ufb00", "ff"}, {"\ufb01", "fi"}, {"\ufb02", "fl"}, {"\ufb03", "ffi"}, {"\ufb04", "ffl"},
            {"\ufb05", "\u017ft"}, {"\ufb06", "st"}
        };
        for (String[] ligature : ligatures) {
            plain.put(ligature[0].codePointAt(0), ligature[1]);
        }
        for (int b = 0x80; b < 0xa0; b++) { // control characters that were meant as Windows letters
            plain.put(b, new String(new byte[] {(byte) b}, WINDOWS));
        }
        plain.values().removeIf("\ufffd"::equals);
        return plain;
    }

    private static void put(Map<Integer, String> plain, String by, String characters) {
        characters.codePoints().forEach(c -> plain.put(c, by));
    }
}
