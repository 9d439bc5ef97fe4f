package io.github.dino4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipArchiveTest {
    @TempDir
    Path folder;

    /** Large checkpoints are zip64: an entry and the directory beyond 4 GiB, sizes in extra fields. */
    @Test
    void findsEntriesBeyondFourGibibytes() throws IOException {
        Path file = folder.resolve("large.pth");
        byte[] name = "a/data.pkl".getBytes(StandardCharsets.US_ASCII);
        long entryAt = (5L << 30) + 3;
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            out.position(entryAt);
            out.write(little(30)
                    .putInt(0x04034b50)
                    .putShort((short) 45)
                    .position(26)
                    .putShort((short) name.length)
                    .putShort((short) 7)
                    .rewind());
            out.write(ByteBuffer.wrap(name));
            out.write(ByteBuffer.allocate(7)); // padding, as PyTorch aligns its data
            out.write(ByteBuffer.wrap("}.".getBytes(StandardCharsets.US_ASCII)));
            long directoryAt = out.position();
            out.write(little(46)
                    .putInt(0x02014b50)
                    .position(20)
                    .putInt(-1)
                    .putInt(-1)
                    .putShort((short) name.length)
                    .putShort((short) 28)
                    .position(42)
                    .putInt(-1)
                    .rewind());
            out.write(ByteBuffer.wrap(name));
            out.write(little(28)
                    .putShort((short) 1)
                    .putShort((short) 24)
                    .putLong(2)
                    .putLong(2)
                    .putLong(entryAt)
                    .rewind());
            long endAt = out.position();
            out.write(little(56)
                    .putInt(0x06064b50)
                    .putLong(44)
                    .position(24)
                    .putLong(1)
                    .putLong(1)
                    .putLong(endAt - directoryAt)
                    .putLong(directoryAt)
                    .rewind());
            out.write(little(20)
                    .putInt(0x07064b50)
                    .putInt(0)
                    .putLong(endAt)
                    .putInt(1)
                    .rewind());
            out.write(little(22)
                    .putInt(0x06054b50)
                    .position(8)
                    .putShort((short) -1)
                    .putShort((short) -1)
                    .putInt(-1)
                    .putInt(-1)
                    .rewind());
        }

        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ZipArchive zip = new ZipArchive(file, in);
            assertThat(zip.entries()).containsOnlyKeys("a/data.pkl");
            ZipArchive.Region region =
                    zip.region(zip.entries().values().iterator().next());
            assertThat(region).isEqualTo(new ZipArchive.Region(entryAt + 30 + name.length + 7, 2));
        }
        Files.delete(file);
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
