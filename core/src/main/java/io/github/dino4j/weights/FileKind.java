package io.github.dino4j.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** What a file is, by its first bytes; its extension is not asked. */
enum FileKind {
    EMPTY("is empty. The download failed; fetch it again"),
    SAFETENSORS("is a safetensors file"),
    /** torch.save since PyTorch 1.6, TorchScript, or any other zip. */
    ZIP("is a zip file"),
    LEGACY_TORCH("is a legacy torch.save file"),
    PICKLE("is a pickle that torch.save did not write. Save it with torch.save(model.state_dict(), ...)"),
    JSON("is a JSON file"),
    GIT_LFS("is a Git LFS pointer, not the file itself. Run 'git lfs pull', or download the file"),
    HTML("is a web page, probably an error or a login page saved under this name. Download the file again"),
    TAR("is a tar archive (or a torch.save file of 2017 or before). Unpack it, or re-save it with torch.save"),
    GZIP("is compressed with gzip. Unpack it first"),
    HDF5("is an HDF5 (Keras) file. Convert the weights to .safetensors"),
    TEXT("is a text file"),
    UNKNOWN("is of an unknown kind");

    private static final int HEAD = 512;

    private final String label;

    FileKind(String label) {
        this.label = label;
    }

    /** Reads up to 512 bytes. */
    static FileKind of(Path file, FileChannel in) throws IOException {
        ByteBuffer head = ByteBuffer.allocate((int) Math.min(in.size(), HEAD));
        FileRegion.readFully(file, in, 0, head);
        byte[] bytes = head.array();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (bytes.length == 0) {
            return EMPTY;
        } else if (text.startsWith("PK\3\4")) {
            return ZIP;
        } else if (text.startsWith("\u0080") && text.startsWith("\u008a\n", 2)) {
            return LEGACY_TORCH; // protocol, then an integer of 10 bytes: the magic number
        } else if (text.startsWith("{", 8) && !isText(text.substring(0, 8))) { // a binary length, then JSON
            return SAFETENSORS;
        } else if (text.startsWith("\u0080")) {
            return PICKLE;
        } else if (text.startsWith("version https://git-lfs")) {
            return GIT_LFS;
        } else if (text.stripLeading().startsWith("{")) {
            return JSON;
        } else if (text.stripLeading().startsWith("<")) {
            return HTML;
        } else if (text.startsWith("ustar", 257)) {
            return TAR;
        } else if (text.startsWith("\u001f\u008b")) {
            return GZIP;
        } else if (text.startsWith("\u0089HDF")) {
            return HDF5;
        }
        return isText(text) ? TEXT : UNKNOWN;
    }

    private static boolean isText(String latin1) {
        return latin1.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c >= 0xa0 || "\n\r\t".indexOf(c) >= 0);
    }

    /** The error for a file that is something else than {@code wanted}. */
    static CheckpointException notA(String wanted, Path file, FileChannel in) throws IOException {
        FileKind kind = of(file, in);
        return new CheckpointException(file + ": " + kind.label + ". Expected a " + wanted
                + (kind == UNKNOWN || kind == TEXT ? "; give a .safetensors or .pth file." : "."));
    }
}
