package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.TensorFlow;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FlowChartTest {

    @ParameterizedTest
    @ValueSource(strings = {"dino_vits16", "dinov3_convnext_tiny", "dino_resnet50", "dino_xcit_small_12_p16"})
    void drawsValidXmlWithNothingOutsideThePage(String name) throws Exception {
        String svg = FlowChart.svg(flow(name), "<" + name + "> & \"friends\"");

        Document document = parse(svg);
        Files.writeString(Files.createDirectories(Path.of("target/visual")).resolve(name + ".svg"), svg);
        double width = Double.parseDouble(document.getDocumentElement().getAttribute("width"));
        double height = Double.parseDouble(document.getDocumentElement().getAttribute("height"));
        NodeList texts = document.getElementsByTagName("text");
        for (int i = 0; i < texts.getLength(); i++) {
            Element text = (Element) texts.item(i);
            double length =
                    FlowDrawing.measure(text.getTextContent(), Double.parseDouble(text.getAttribute("font-size")));
            double x = Double.parseDouble(text.getAttribute("x"));
            double left = switch (text.getAttribute("text-anchor")) {
                case "end" -> x - length;
                case "middle" -> x - length / 2;
                default -> x;
            };
            assertThat(left).as(text.getTextContent()).isBetween(0.0, width - length);
            assertThat(Double.parseDouble(text.getAttribute("y"))).isBetween(0.0, height);
        }
    }

    @Test
    void foldsEqualBlocksInTheDrawing() {
        String svg = FlowChart.svg(flow("dino_vits16"), "DINO ViT-S/16");

        assertThat(svg).contains("blocks.0 ... blocks.11", "×12", "each 1,774,464 parameters", "21,665,664 parameters");
        assertThat(svg).doesNotContain("blocks.5");
    }

    @Test
    void foldsNothingThatDiffers() {
        String text = FlowChart.text(flow("dinov3_convnext_tiny"));

        assertThat(text)
                .contains("stages.0 ", "stages.1 ", "stages.2 ", "stages.3 ")
                .doesNotContain("...");
    }

    @Test
    void alignsTheTable() {
        assertThat(FlowChart.text(flow("dino_vits16"))).isEqualTo("""
                        stage                        output            parameters  multiply-adds
                        ------------------------------------------------------------------------
                        images                       [1, 3, 224, 224]
                        patch_embed                  [1, 197, 384]        295,296     57,802,752
                        blocks.0 ... blocks.11  x12  [1, 197, 384]     21,293,568  4,540,695,552
                        norm                         [1, 196, 384]            768              0
                        tokens and positions                               76,032
                        ------------------------------------------------------------------------
                        total                                          21,665,664  4,598,498,304
                        9.20 GFLOPs = 2 x 4.60 G multiply-adds for 1 image
                        """);
    }

    @Test
    void writesThreeDigits() {
        assertThat(FlowChart.scaled(0)).isEqualTo("0");
        assertThat(FlowChart.scaled(999)).isEqualTo("999");
        assertThat(FlowChart.scaled(1_000)).isEqualTo("1.00 k");
        assertThat(FlowChart.scaled(999_999)).isEqualTo("1.00 M");
        assertThat(FlowChart.scaled(57_802_752)).isEqualTo("57.8 M");
        assertThat(FlowChart.scaled(4_608_000_000L)).isEqualTo("4.61 G");
    }

    private static TensorFlow flow(String name) {
        return TensorFlow.of(BackboneCatalog.get(name).config(), 1, 224, 224);
    }

    private static Document parse(String svg) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    }
}
