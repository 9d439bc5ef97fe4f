package io.github.dino4j.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * CLIP's tokenizer (arXiv:2103.00020, section 2.4): text to the numbers that a {@link TextTower} reads, by byte pairs of
 * lower-case words. Any thread may use it at any time.
 */
public final class Tokenizer {
    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern PIECE = Pattern.compile(
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    /** So many words are remembered; captions repeat a few. */
    private static final int REMEMBERED = 1 << 16;

    private final BytePairs pairs;
    private final Map<String, List<Long>> known = new ConcurrentHashMap<>();

    private Tokenizer(BytePairs pairs) {
        this.pairs = pairs;
    }

    /**
     * Reads a tokenizer's list of merges, CLIP's {@code bpe_simple_vocab_16e6.txt.gz} for the published models.
     *
     * @param merges UTF-8 text, plain or gzip: a headline, then one merge a line, the first 48,894 of which count
     * @throws io.github.dino4j.weights.CheckpointException if it cannot be read, is truncated or damaged, or is no such list
     */
    public static Tokenizer read(Path merges) {
        return new Tokenizer(BytePairs.read(merges));
    }

    /**
     * The list of merges of the published models in a folder, under the name that CLIP gave it; empty if there is none.
     *
     * @param folder such as that of the weights
     */
    public static Optional<Path> find(Path folder) {
        return Stream.of("bpe_simple_vocab_16e6.txt.gz", "bpe_simple_vocab_16e6.txt")
                .map(folder::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** A tokenizer without merges, of 514 numbers: for trying out what has learned nothing anyway. */
    public static Tokenizer ofBytes() {
        return new Tokenizer(BytePairs.none());
    }

    /** Different numbers: 512 symbols of bytes, one of each merge, start and end; 49,408 for CLIP's list. */
    public int vocabulary() {
        return pairs.size() + 2;
    }

    /** The number that begins a text. */
    public long start() {
        return pairs.size();
    }

    /** The number that ends a text, the largest of all. */
    public long end() {
        return pairs.size() + 1L;
    }

    /** Text as the tokenizer reads it: repaired, without references of HTML, in single spaces and lower case. */
    public static String clean(String text) {
        String plain = HtmlEntities.unescape(HtmlEntities.unescape(TextRepair.repair(text)));
        return SPACE.matcher(plain).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    }

    /** The numbers of a text, without start and end. */
    public long[] encode(String text) {
        List<Long> ids = new ArrayList<>();
        Matcher piece = PIECE.matcher(clean(text));
        while (piece.find()) {
            ids.addAll(piece(piece.group()));
        }
        return ids.stream().mapToLong(id -> id).toArray();
    }

    private List<Long> piece(String piece) {
        List<Long> cached = known.get(piece);
        if (cached != null) {
            return cached;
        }
        List<Long> ids = piece.equals(START)
                ? List.of(start())
                : piece.equals(END) ? List.of(end()) : List.copyOf(pairs.encode(piece));
        if (known.size() < REMEMBERED) {
            known.put(piece, ids);
        }
        return ids;
    }

    /**
     * A text as a row of {@code context} numbers: start, text, end, zeros. What is longer is cut and its last number is the
     * end, as in the official code; {@link #fits} tells beforehand.
     *
     * @throws IllegalArgumentException if the context has no place for start and end
     */
    public long[] tokenize(String text, int context) {
        if (context < 2) {
            throw new IllegalArgumentException("a context of " + context + " has no place for start and end; take 77");
        }
        long[] ids = encode(text);
        long[] row = new long[context];
        int kept = Math.min(ids.length, context - 2);
        row[0] = start();
        System.arraycopy(ids, 0, row, 1, kept);
        row[kept + 1] = end();
        return row;
    }

    /** The same for several texts, one row each. */
    public long[][] tokenize(List<String> texts, int context) {
        return texts.stream().map(text -> tokenize(text, context)).toArray(long[][]::new);
    }

    /** Whether a context of this length holds all of a text, so that nothing is cut. */
    public boolean fits(String text, int context) {
        return encode(text).length + 2 <= context;
    }

    @Override
    public String toString() {
        return "a tokenizer of " + vocabulary() + " numbers, the last " + Arrays.asList(START, END);
    }
}
