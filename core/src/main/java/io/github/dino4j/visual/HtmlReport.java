package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * A page in one HTML file: pictures are inside it, nothing is loaded from elsewhere, no script runs. Follows the reader's
 * light or dark setting and fits a telephone. All text is escaped. A builder for one thread.
 *
 * <pre>{@code
 * HtmlReport report = new HtmlReport("What the model sees").intro("Four photos.").notice("The weights are random.");
 * report.section("cat.jpg", "451 x 300 pixels")
 *         .figure(Figure.of(photo, "Photo"))
 *         .figure(Figure.of(picture.overlay(photo, 1), "Principal components"))
 *         .table("Times", Map.of("backbone", "41 ms"));
 * report.write(Path.of("report.html"));
 * }</pre>
 */
public final class HtmlReport {
    private static final int THUMBNAIL = 280;

    private final String title;
    private final List<String> intro = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final List<ReportSection> sections = new ArrayList<>();
    private final List<String> footer = new ArrayList<>();

    private String language = "en";

    /** The language of the texts, as HTML names it; without this, {@code en}. */
    public HtmlReport language(String tag) {
        language = tag;
        return this;
    }

    public HtmlReport(String title) {
        this.title = title;
    }

    /** Adds a paragraph under the title. */
    public HtmlReport intro(String paragraph) {
        intro.add(paragraph);
        return this;
    }

    /** Adds what a reader must know before trusting the page, such as random weights. */
    public HtmlReport notice(String text) {
        notices.add(text);
        return this;
    }

    /**
     * Starts a section and returns it to be filled.
     *
     * @param detail beside the title, such as the size of the photo; may be empty
     */
    public ReportSection section(String title, String detail) {
        ReportSection section = new ReportSection(title, detail);
        sections.add(section);
        return section;
    }

    /** Adds a line at the end. */
    public HtmlReport footer(String text) {
        footer.add(text);
        return this;
    }

    /** The page. */
    public String html() {
        StringBuilder page = new StringBuilder(
                        "<!DOCTYPE html>\n<html lang=\"" + language + "\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:;")
                .append(" style-src 'unsafe-inline'\">\n<meta name=\"generator\" content=\"Dino4J\">\n<title>")
                .append(Html.escape(title))
                .append("</title>\n<style>\n")
                .append(css())
                .append("</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"eyebrow\">Dino4J</p>\n<h1>")
                .append(Html.escape(title))
                .append("</h1>\n");
        intro.forEach(text ->
                page.append("<p class=\"intro\">").append(Html.escape(text)).append("</p>\n"));
        notices.forEach(text -> page.append("<p class=\"notice\" role=\"note\">")
                .append(Html.escape(text))
                .append("</p>\n"));
        page.append("</header>\n").append(contents());
        for (int i = 0; i < sections.size(); i++) {
            page.append(sections.get(i).html("s" + i));
        }
        page.append("<footer>\n");
        footer.forEach(text -> page.append("<p>").append(Html.escape(text)).append("</p>\n"));
        return page.append("</footer>\n</main>\n</body>\n</html>\n").toString();
    }

    /** Thumbnails that lead to the sections, where there are several with pictures. */
    private String contents() {
        StringBuilder list = new StringBuilder();
        int entries = 0;
        for (int i = 0; i < sections.size(); i++) {
            RgbImage picture = sections.get(i).first();
            if (picture != null) {
                entries++;
                list.append("<li><a href=\"#s%d\"><img alt=\"\" src=\"%s\">%s</a></li>\n"
                        .formatted(
                                i,
                                Html.dataUri(Html.reduced(picture, THUMBNAIL)),
                                Html.escape(sections.get(i).title())));
            }
        }
        return entries < 2 ? "" : "<nav aria-label=\"Contents\"><ul class=\"contents\">\n" + list + "</ul></nav>\n";
    }

    /**
     * Writes the page in UTF-8. The file appears complete or not at all: it is written beside the target and renamed.
     *
     * @throws IOException naming the file and what to do
     */
    public void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new IOException(file + ": the folder '" + folder + "' does not exist; create it first");
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": is a folder; name a file in it, such as " + file.resolve("report.html"));
        }
        Path part = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            Files.writeString(part, html(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (FileSystemException e) {
            String reason =
                    Objects.requireNonNullElse(e.getReason(), e.getClass().getSimpleName());
            throw new IOException(
                    file + ": cannot be written (" + reason + "); check the permissions and the free space of '"
                            + folder + "'",
                    e);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static String css() {
        try (InputStream in = Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the style of the report cannot be read", e);
        }
    }
}
