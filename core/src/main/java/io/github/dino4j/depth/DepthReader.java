package io.github.dino4j.depth;

import io.github.dino4j.export.NpyFile;
import io.github.dino4j.export.Reason;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Reads the samples of depth files as they are, which decoders of photos reduce to 8 bits. */
final class DepthReader {
    private static final String WANTED =
            "depth is read from 16-bit grey PNG or TIFF, from .npy (float32 or float64) and from TIFF of floats";
    private static final int[] PNG = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int[] NPY = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int[] TIFF_LITTLE = {'I', 'I', 42, 0};
    private static final int[] TIFF_BIG = {'M', 'M', 0, 42};

    private final Path file;
    private final double metresPerUnit;

    private DepthReader(Path file, double metresPerUnit) {
        this.file = file;
        this.metresPerUnit = metresPerUnit;
    }

    static DepthImage read(Path file, double metresPerUnit) {
        DepthPng.requireUnit(metresPerUnit);
        DepthReader reader = new DepthReader(file, metresPerUnit);
        try {
            return reader.read(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new ImageException(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    private DepthImage read(byte[] data) throws IOException {
        if (startsWith(data, PNG)) {
            requireWholeGrey16(data);
            return samples(data, "png");
        } else if (startsWith(data, TIFF_LITTLE) || startsWith(data, TIFF_BIG)) {
            return samples(data, "tiff");
        } else if (startsWith(data, NPY)) {
            return npy();
        }
        throw new ImageException(file + ": neither PNG, TIFF nor .npy by its first bytes; " + WANTED);
    }

    private DepthImage npy() {
        NpyFile array;
        try {
            array = NpyFile.read(file);
        } catch (IOException e) {
            throw new ImageException(String.valueOf(e.getMessage()), e);
        }
        long[] shape = array.shape();
        if (shape.length != 2 || shape[0] == 0 || shape[1] == 0) {
            throw new ImageException(file + ": an array of " + Arrays.toString(shape)
                    + ", wanted is [height, width]; save one image a file, without axes of 1 (numpy.squeeze)");
        }
        return DepthImage.of((int) shape[1], (int) shape[0], array.values());
    }

    /** Header, and the checksums that ImageIO skips: half a file would read as depth that was not measured. */
    private void requireWholeGrey16(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data).position(PNG.length);
        for (boolean first = true; ; first = false) {
            int length = in.remaining() < 12 ? -1 : in.getInt(in.position());
            if (length < 0 || length > in.remaining() - 12 || (first && length != 13)) {
                throw new ImageException(file + ": the PNG is cut off or damaged at byte " + in.position() + " of "
                        + data.length + "; copy it again");
            }
            CRC32 crc = new CRC32();
            crc.update(data, in.position() + 4, length + 4);
            if ((int) crc.getValue() != in.getInt(in.position() + 8 + length)) {
                throw new ImageException(file + ": the PNG is damaged, the checksum of the part at byte "
                        + in.position() + " is wrong; copy it again");
            }
            if (first) {
                requireGrey16(in.get(in.position() + 16), in.get(in.position() + 17));
            }
            boolean end = in.getInt(in.position() + 4) == 0x49454e44; // IEND
            in.position(in.position() + 12 + length);
            if (end) {
                return;
            }
        }
    }

    private void requireGrey16(int bits, int colourType) {
        if (bits != 16 || colourType != 0) {
            String colours = switch (colourType) {
                case 0 -> "grey";
                case 2 -> "RGB";
                case 3 -> "palette";
                case 4 -> "grey and alpha";
                default -> "RGBA";
            };
            throw new ImageException(file + ": a PNG of " + bits + "-bit " + colours + ", which is a picture of depth"
                    + " and not depth in metres; " + WANTED + ". Take the camera's raw file.");
        }
    }

    private DepthImage samples(byte[] data, String format) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        try {
            boolean tiff = format.equals("tiff");
            boolean samplesOnly = !tiff; // ImageIO stumbles over damaged text chunks, which do not matter here
            reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(data)), false, samplesOnly);
            int width = reader.getWidth(0);
            int height = reader.getHeight(0);
            if ((long) width * height > ImageDecoder.DEFAULT_MAX_PIXELS) {
                throw new ImageException(file + ": " + width + " x " + height + " pixels, the limit is "
                        + ImageDecoder.DEFAULT_MAX_PIXELS + " in all; cut the image into parts");
            }
            ImageTypeSpecifier raw = reader.getRawImageType(0);
            if (tiff) {
                requireOneChannel(raw, reader);
            }
            ImageReadParam param = reader.getDefaultReadParam();
            if (raw != null) {
                param.setDestinationType(raw);
            }
            Raster raster = reader.read(0, param).getRaster();
            float[] metres = raster.getSamples(0, 0, width, height, 0, (float[]) null);
            if (raster.getSampleModel().getDataType() == DataBuffer.TYPE_USHORT) {
                for (int i = 0; i < metres.length; i++) {
                    metres[i] = (float) (metres[i] * metresPerUnit);
                }
            }
            return DepthImage.of(width, height, metres);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | NegativeArraySizeException e) {
            throw new ImageException(
                    file + ": the " + format.toUpperCase(Locale.ROOT) + " is damaged; copy it again", e);
        } finally {
            reader.dispose();
        }
    }

    private void requireOneChannel(ImageTypeSpecifier raw, ImageReader reader) throws IOException {
        int type =
                raw == null ? DataBuffer.TYPE_UNDEFINED : raw.getSampleModel().getDataType();
        boolean number =
                type == DataBuffer.TYPE_USHORT || type == DataBuffer.TYPE_FLOAT || type == DataBuffer.TYPE_DOUBLE;
        if (!number || raw.getNumBands() != 1) {
            throw new ImageException(file + ": a TIFF of "
                    + (raw == null
                            ? "an unknown kind"
                            : raw.getNumBands() + " channels of " + raw.getBitsPerBand(0) + " bits")
                    + "; " + WANTED);
        }
        TIFFField predictor = TIFFDirectory.createFromMetadata(reader.getImageMetadata(0))
                .getTIFFField(BaselineTIFFTagSet.TAG_PREDICTOR);
        if (predictor != null && predictor.getAsInt(0) != 1) {
            throw new ImageException(file + ": a TIFF that stores differences (predictor " + predictor.getAsInt(0)
                    + "), which Java reads wrongly at this depth; save it again without a predictor");
        }
    }

    private static boolean startsWith(byte[] data, int[] magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= data.length || (data[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
