package io.github.dino4j.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * SHA-256 of the size, the first and the last MiB of a file: enough to tell checkpoints apart at once, where a hash of 27
 * GB would take a minute. No proof against somebody who changes the middle on purpose; the text says what it is.
 */
public final class Fingerprint {
    private static final int PART = 1 << 20;

    private Fingerprint() {}

    /** What a model is read from; anything else in its folder, such as a README or our own output, is not the model. */
    private static final String MODEL_FILE =
            "config\\.json|preprocessor_config\\.json|(model|pytorch_model)[^/]*\\.(safetensors|bin|index\\.json)";

    /**
     * Of a file, or of the model files of a folder.
     *
     * @throws ExportException if it cannot be read
     */
    public static String of(Path path) {
        try {
            MessageDigest digest = sha256();
            if (Files.isDirectory(path)) {
                List<Path> files;
                try (Stream<Path> children = Files.list(path)) {
                    files = children.filter(Files::isRegularFile)
                            .filter(file -> file.getFileName().toString().matches(MODEL_FILE))
                            .sorted()
                            .toList();
                }
                for (Path file : files) {
                    digest.update(String.valueOf(file.getFileName()).getBytes(StandardCharsets.UTF_8));
                    add(file, digest);
                }
            } else {
                add(path, digest);
            }
            return "sha256 of size, first and last MiB: " + HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new ExportException(path + ": cannot be read to take its fingerprint: " + e, e);
        }
    }

    /** Of where weights come from: of the file if the text is the path of one, else of the text, such as a seed. */
    public static String ofSource(String source) {
        try {
            Path path = Path.of(source);
            return Files.exists(path) ? of(path) : of(source);
        } catch (InvalidPathException e) {
            return of(source);
        }
    }

    /** Of a text. */
    public static String of(String text) {
        return "sha256: " + HexFormat.of().formatHex(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void add(Path file, MessageDigest digest) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            digest.update(ByteBuffer.allocate(8).putLong(in.size()).flip());
            read(in, 0, digest);
            read(in, Math.max(0, in.size() - PART), digest);
        }
    }

    private static void read(FileChannel in, long position, MessageDigest digest) throws IOException {
        ByteBuffer part = ByteBuffer.allocate((int) Math.min(PART, in.size() - position));
        while (part.hasRemaining() && in.read(part, position + part.position()) >= 0) {
            // until the part is full
        }
        digest.update(part.flip());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
