package io.github.dino4j.lora;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which blocks of a backbone an adapter changes.
 *
 * @param text {@code all}, {@code last 4}, or numbers from 0 such as {@code 0-5,8}
 */
public record BlockRange(String text) {
    private static final Pattern LAST = Pattern.compile("last (\\d{1,4})");
    private static final Pattern PART = Pattern.compile("(\\d{1,4})(?:-(\\d{1,4}))?");
    /** Every block. */
    public static final BlockRange ALL = new BlockRange("all"); // below the patterns, which it needs

    public BlockRange {
        text = text.strip();
        indices(text, 1 << 14); // refuses what is none
    }

    /** The blocks nearest to the output. */
    public static BlockRange last(int count) {
        return new BlockRange("last " + count);
    }

    /**
     * The blocks among {@code depth}.
     *
     * @throws IllegalArgumentException if one is not there
     */
    public BitSet indices(int depth) {
        return indices(text, depth);
    }

    private static BitSet indices(String text, int depth) {
        BitSet blocks = new BitSet();
        Matcher last = LAST.matcher(text);
        if (text.equals("all")) {
            blocks.set(0, depth);
        } else if (last.matches()) {
            int count = Integer.parseInt(last.group(1));
            if (count < 1 || count > depth) {
                throw new IllegalArgumentException(
                        "'" + text + "': the backbone has " + depth + " blocks; take 1 to " + depth);
            }
            blocks.set(depth - count, depth);
        } else {
            for (String part : text.split(",", -1)) {
                Matcher range = PART.matcher(part.strip());
                if (!range.matches()) {
                    throw new IllegalArgumentException(
                            "'" + text + "' selects no blocks; say all, last 4, or numbers from 0 such as 0-5,8");
                }
                int first = Integer.parseInt(range.group(1));
                int end = range.group(2) == null ? first : Integer.parseInt(range.group(2));
                if (end < first || end >= depth) {
                    throw new IllegalArgumentException("'" + text + "': the backbone has blocks 0 to " + (depth - 1)
                            + ", counted from 0, the lower number first");
                }
                blocks.set(first, end + 1);
            }
        }
        return blocks;
    }

    @Override
    public String toString() {
        return text;
    }
}
