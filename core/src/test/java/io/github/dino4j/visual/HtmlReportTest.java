package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
    private static final String EVIL = "<script>alert('x')</script>\".jpg";

    @Test
    void escapesEverythingItIsGiven() {
        HtmlReport report = new HtmlReport(EVIL).intro(EVIL).notice(EVIL).footer(EVIL);
        report.section(EVIL, EVIL)
                .figure(Figure.of(Made.photo(80, 60), EVIL, EVIL))
                .row(EVIL, EVIL, List.of(Figure.of(Made.photo(8, 6), EVIL)))
                .table(EVIL, Map.of(EVIL, EVIL))
                .numbers(EVIL, new float[] {1, 2}, 1)
                .chart("<svg/>", EVIL)
                .text(EVIL);
        report.section(EVIL, "").figure(Figure.of(Made.photo(80, 60), EVIL));

        String html = report.html();

        assertThat(html).doesNotContain("<script").doesNotContain(EVIL);
        assertThat(html).contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;.jpg");
    }

    @Test
    void replacesWhatAPageCannotHold() {
        String html = new HtmlReport("a\u0000b\ud800c").html();

        assertThat(html).contains("a\ufffdb\ufffdc");
    }

    @Test
    void loadsNothingFromElsewhere() {
        HtmlReport report = new HtmlReport("Page");
        report.section("photo.jpg", "80 x 60").figure(Figure.of(Made.photo(80, 60), "Photo"));

        assertThat(report.html())
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("<link")
                .doesNotContain("url(")
                .contains("default-src 'none'");
    }

    @Test
    void takesTheSmallerOfPngAndJpeg() {
        byte[] noise = new byte[3 * 200 * 200];
        new Random(1).nextBytes(noise);

        assertThat(Html.dataUri(Made.plain(200, 200, 0x336699))).startsWith("data:image/png;");
        assertThat(Html.dataUri(io.github.dino4j.image.RgbImage.of(200, 200, noise)))
                .startsWith("data:image/jpeg;");
    }

    @Test
    void givesEqualPagesEveryTime() {
        assertThat(page().html()).isEqualTo(page().html());
    }

    @Test
    void replacesAnOlderPageAndLeavesNothingElse(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("report.html");
        Files.writeString(file, "old");

        page().write(file);

        assertThat(file).hasContent(page().html());
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void saysWhatToDoWhenItCannotWrite(@TempDir Path folder) {
        Path nowhere = folder.resolve("missing/report.html");

        assertThatThrownBy(() -> page().write(nowhere))
                .isInstanceOf(IOException.class)
                .hasMessage(nowhere + ": the folder '" + nowhere.getParent() + "' does not exist; create it first");
        assertThatThrownBy(() -> page().write(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a folder; name a file in it");
    }

    private static HtmlReport page() {
        HtmlReport report = new HtmlReport("Page");
        report.section("a", "").figure(Figure.of(Made.photo(80, 60), "Photo"));
        return report;
    }
}
