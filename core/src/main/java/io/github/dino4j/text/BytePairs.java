package io.github.dino4j.text;

import io.github.dino4j.weights.CheckpointException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Byte-pair encoding (Sennrich et al., arXiv:1508.07909) over the bytes of UTF-8, as GPT-2 and CLIP have it: a word is
 * the symbols of its bytes, and the pair that was learned first is merged first. Immutable.
 */
final class BytePairs {
    static final String END_OF_WORD = "</w>";

    /** So many of a file's merges CLIP keeps: 49,152 symbols less 256 bytes, twice that with the end of a word. */
    static final int MOST_MERGES = 49152 - 512 + 254;

    private static final String[] BYTES = bytes();

    /** Two neighbours. */
    private record Pair(String left, String right) {}

    private final Map<Pair, Integer> ranks = new HashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();

    private BytePairs(Path file, List<String> merges) {
        for (String symbol : inOrder()) {
            ids.put(symbol, ids.size());
        }
        for (String symbol : inOrder()) {
            ids.put(symbol + END_OF_WORD, ids.size());
        }
        for (int i = 0; i < merges.size(); i++) {
            String[] parts = merges.get(i).strip().split("\\s+");
            String line = file + ", line " + (i + 2);
            if (parts.length != 2) {
                throw new CheckpointException(line + ": wanted two symbols with a space between them, found '"
                        + shortened(merges.get(i)) + "'. The file is damaged or no list of merges; get it again.");
            }
            for (String part : parts) {
                if (!ids.containsKey(part)) {
                    throw new CheckpointException(
                            line + ": '" + shortened(part)
                                    + "' is neither a byte nor the result of an earlier merge. The file is damaged; get it again.");
                }
            }
            if (ranks.putIfAbsent(new Pair(parts[0], parts[1]), i) != null) {
                throw new CheckpointException(line + ": the merge '" + shortened(merges.get(i))
                        + "' stands there twice. The file is damaged; get it again.");
            }
            ids.putIfAbsent(parts[0] + parts[1], 512 + i);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    /**
     * Reads a list of merges: UTF-8 text, plain or gzip, a headline and one merge a line.
     *
     * @throws CheckpointException if the file cannot be read, ends early or holds something else
     */
    static BytePairs read(Path file) {
        List<String> lines =
                new ArrayList<>(text(file).lines().limit(MOST_MERGES + 1L).toList());
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isBlank()) {
            lines.remove(lines.size() - 1);
        }
        if (lines.size() < 2) {
            throw new CheckpointException(
                    file + ": holds no merges; wanted a headline, then one merge a line, as in CLIP's"
                            + " bpe_simple_vocab_16e6.txt.gz");
        }
        return new BytePairs(file, lines.subList(1, lines.size()));
    }

    /** Bytes alone. */
    static BytePairs none() {
        return new BytePairs(Path.of("no file"), List.of());
    }

    private static String text(Path file) {
        try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            in.mark(2);
            boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
            in.reset();
            InputStream plain = gzip ? new GZIPInputStream(in) : in;
            byte[] bytes = plain.readAllBytes();
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException e) {
            throw new CheckpointException(
                    file + ": no such file. dino.txt needs the list of merges of CLIP's tokenizer,"
                            + " bpe_simple_vocab_16e6.txt.gz; check the path.",
                    e);
        } catch (EOFException e) {
            throw new CheckpointException(file + ": ends early, the file is truncated. Get it again.", e);
        } catch (ZipException e) {
            throw new CheckpointException(file + ": is damaged: " + e.getMessage() + ". Get it again.", e);
        } catch (CharacterCodingException e) {
            throw new CheckpointException(
                    file + ": is no UTF-8 text, so no list of merges. Wanted is CLIP's"
                            + " bpe_simple_vocab_16e6.txt.gz.",
                    e);
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Symbols: bytes, bytes at the end of a word, merges. */
    int size() {
        return 512 + ranks.size();
    }

    /** The ids of one piece of text: neither empty nor with spaces in it. */
    List<Long> encode(String piece) {
        List<String> symbols = new ArrayList<>();
        for (byte b : piece.getBytes(StandardCharsets.UTF_8)) {
            symbols.add(BYTES[b & 0xff]);
        }
        int last = symbols.size() - 1;
        symbols.set(last, symbols.get(last) + END_OF_WORD);
        while (symbols.size() > 1) {
            Pair best = null;
            int lowest = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                Pair pair = new Pair(symbols.get(i), symbols.get(i + 1));
                int rank = ranks.getOrDefault(pair, Integer.MAX_VALUE);
                if (rank < lowest) {
                    lowest = rank;
                    best = pair;
                }
            }
            if (best == null) {
                break;
            }
            symbols = merged(symbols, best);
        }
        List<Long> encoded = new ArrayList<>();
        for (String symbol : symbols) {
            encoded.add((long) ids.getOrDefault(symbol, -1)); // every symbol is a byte or a merge, so it is there
        }
        return encoded;
    }

    private static List<String> merged(List<String> symbols, Pair pair) {
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < symbols.size(); i++) {
            boolean here = i + 1 < symbols.size()
                    && symbols.get(i).equals(pair.left)
                    && symbols.get(i + 1).equals(pair.right);
            merged.add(here ? pair.left + pair.right : symbols.get(i));
            i += here ? 1 : 0;
        }
        return merged;
    }

    /** Byte symbols in the vocabulary's order: printable bytes first. */
    private static List<String> inOrder() {
        List<String> printable = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            (isPrintable(b) ? printable : others).add(BYTES[b]);
        }
        printable.addAll(others);
        return printable;
    }

    /** One visible character a byte: itself, or the next one from 256 on. */
    private static String[] bytes() {
        String[] bytes = new String[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            bytes[b] = Character.toString(isPrintable(b) ? b : next++);
        }
        return bytes;
    }

    private static boolean isPrintable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    }
}
