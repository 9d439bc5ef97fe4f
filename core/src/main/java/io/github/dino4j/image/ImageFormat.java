package io.github.dino4j.image;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Formats told apart by their first bytes; a file's extension is never asked. */
enum ImageFormat {
    JPEG("JPEG", true),
    PNG("PNG", true),
    WEBP("WebP", true),
    TIFF("TIFF", true),
    BMP("BMP", true),
    GIF("GIF", true),
    HEIC("HEIC", false),
    AVIF("AVIF", false),
    JPEG_XL("JPEG XL", false),
    JPEG_2000("JPEG 2000", false),
    BIG_TIFF("BigTIFF", false),
    RAW("camera RAW", false),
    SVG("SVG", false),
    PDF("PDF", false),
    PSD("Photoshop PSD", false),
    ICO("ICO", false),
    OPEN_EXR("OpenEXR", false),
    NETPBM("PBM/PGM/PPM", false),
    DICOM("DICOM", false),
    MOVIE("a movie (MP4/MOV)", false),
    ZIP("a ZIP archive", false),
    HTML("an HTML page", false),
    TEXT("text", false),
    UNKNOWN("an unknown format", false);

    final String words;
    final boolean readable;

    ImageFormat(String words, boolean readable) {
        this.words = words;
        this.readable = readable;
    }

    static ImageFormat of(byte[] data) {
        if (starts(data, 0, "\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (starts(data, 0, "\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (starts(data, 0, "RIFF") && starts(data, 8, "WEBP")) {
            return WEBP;
        }
        if (starts(data, 0, "GIF87a") || starts(data, 0, "GIF89a")) {
            return GIF;
        }
        if (starts(data, 0, "II*\0") || starts(data, 0, "MM\0*")) {
            return starts(data, 8, "CR") ? RAW : TIFF;
        }
        if (starts(data, 0, "II+\0") || starts(data, 0, "MM\0+")) {
            return BIG_TIFF;
        }
        if (starts(data, 0, "BM") && data.length >= 26 && data[15] == 0 && data[16] == 0 && data[17] == 0) {
            return BMP; // the header's length stands at 14, little endian, and is below 256
        }
        return starts(data, 4, "ftyp") ? isoMedia(data) : unreadable(data);
    }

    private static ImageFormat isoMedia(byte[] data) {
        String brand = latin(data, 8, 4);
        return switch (brand) {
            case "avif", "avis" -> AVIF;
            case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1" -> HEIC;
            case "crx " -> RAW;
            default -> MOVIE;
        };
    }

    private static ImageFormat unreadable(byte[] data) {
        if (starts(data, 0, "\u00ff\n") || starts(data, 4, "JXL \r\n\u0087\n")) {
            return JPEG_XL;
        }
        if (starts(data, 4, "jP  \r\n\u0087\n") || starts(data, 0, "\u00ffO\u00ffQ")) {
            return JPEG_2000;
        }
        if (starts(data, 0, "FUJIFILMCCD-RAW") || starts(data, 0, "IIRO") || starts(data, 0, "IIU\0")) {
            return RAW;
        }
        if (starts(data, 0, "%PDF")) {
            return PDF;
        }
        if (starts(data, 0, "8BPS")) {
            return PSD;
        }
        if (starts(data, 0, "\0\0\1\0")) {
            return ICO;
        }
        if (starts(data, 0, "v/1\1")) {
            return OPEN_EXR;
        }
        if (starts(data, 128, "DICM")) {
            return DICOM;
        }
        if (starts(data, 0, "PK\3\4")) {
            return ZIP;
        }
        String head = latin(data, 0, 1024).toLowerCase(Locale.ROOT);
        if (head.matches("(?s)p[1-6]\\s.*")) {
            return NETPBM;
        }
        if (head.contains("<svg")) {
            return SVG;
        }
        if (head.contains("<html") || head.contains("<!doctype html")) {
            return HTML;
        }
        return isText(head) ? TEXT : UNKNOWN;
    }

    private static boolean isText(String head) {
        return !head.isEmpty()
                && head.chars().allMatch(c -> c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c != 0x7f));
    }

    private static boolean starts(byte[] data, int at, String magic) {
        if (data.length < at + magic.length()) {
            return false;
        }
        for (int i = 0; i < magic.length(); i++) {
            if ((data[at + i] & 0xff) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static String latin(byte[] data, int at, int length) {
        int from = Math.min(at, data.length);
        return new String(data, from, Math.min(length, data.length - from), StandardCharsets.ISO_8859_1);
    }
}
