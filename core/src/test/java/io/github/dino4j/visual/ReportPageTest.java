package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The whole way from photos to a page; look at {@code target/visual/report.html} after a change of style. */
class ReportPageTest {
    private static final List<String> PHOTOS = List.of("cat.jpg", "cat-closer.jpg", "dogs.jpg", "mountain-path.jpg");
    private static final Transform TRANSFORM = new Transform(
            new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, 224, 16),
            Interpolation.BICUBIC,
            ResizePath.PILLOW,
            Normalisation.IMAGENET);

    @Test
    void makesAPageOfTheSamplePhotos() throws IOException {
        List<RgbImage> photos = PHOTOS.stream()
                .map(name -> ImageDecoder.standard().read(Path.of("../samples", name)))
                .toList();
        List<Features> features = new ArrayList<>();
        List<AttentionMap> attention = new ArrayList<>();
        try (Model model = Model.random(BackboneCatalog.get("dino_vitt16").config(), 7)) {
            for (RgbImage photo : photos) {
                Pixels pixels = TRANSFORM.apply(photo);
                features.addAll(model.features(List.of(pixels)));
                attention.add(model.attention(pixels, 11));
            }
        }

        HtmlReport report = new HtmlReport("What a vision transformer sees")
                .intro("Four photos through DINO ViT-Ti/16: the directions in which its patches differ most, where each"
                        + " attention head looks, and what resembles the middle of the picture.")
                .notice("The weights are random: the pictures show the mechanism, not knowledge.");
        List<PcaPicture> colours = PcaPainter.paintAll(features, PcaOptions.DEFAULT);
        for (int i = 0; i < photos.size(); i++) {
            add(report, i, photos, features, attention.get(i), colours.get(i));
        }
        TensorFlow flow = TensorFlow.of(BackboneCatalog.get("dino_vitt16").config(), 1, 224, 224);
        report.section("The way of a tensor", "DINO ViT-Ti/16")
                .chart(FlowChart.svg(flow, "DINO ViT-Ti/16"), "Shapes, parameters and multiply-adds of one image");
        report.footer("Photos: see samples/README.md. Made with Dino4J.");
        Path folder = Files.createDirectories(Path.of("target/visual"));
        report.write(folder.resolve("report.html"));
        new AttentionPictures(attention.get(0), features.get(0).geometry())
                .sheet(photos.get(0))
                .writePng(folder.resolve("heads.png"));

        String html = Files.readString(folder.resolve("report.html"));
        assertThat(html).contains("cat-closer.jpg", "data:image/jpeg", "The weights are random");
        assertThat(html.length()).isLessThan(8_000_000);
    }

    private static void add(
            HtmlReport report,
            int index,
            List<RgbImage> photos,
            List<Features> features,
            AttentionMap map,
            PcaPicture colours) {
        RgbImage photo = photos.get(index);
        Features image = features.get(index);
        int nearest = nearest(features, index);
        double cosine = cosine(image.embedding(), features.get(nearest).embedding());
        Similarity similarity = Similarity.at(image, photo.width() / 2.0, photo.height() / 2.0, image);
        AttentionPictures attention = new AttentionPictures(map, image.geometry());
        List<Figure> heads = new ArrayList<>();
        for (int head = 0; head < map.heads(); head++) {
            heads.add(Figure.of(attention.head(head).overlay(photo, 0.75), "Head " + head)
                    .withScale(attention.head(head)));
        }
        heads.add(Figure.of(attention.mean().overlay(photo, 0.75), "Mean").withScale(attention.mean()));
        heads.add(Figure.of(attention.mask(photo, 0, AttentionPictures.MASS), "Head 0", "60 % of its weight"));
        HeatMap norms = TokenNorms.heatMap(image);
        Map<String, String> times = new LinkedHashMap<>();
        times.put("decode", "6 ms");
        times.put("resize and normalise", "4 ms");
        times.put("backbone", "38 ms");

        report.section(
                        PHOTOS.get(index),
                        photo.width() + " x " + photo.height() + " pixels, " + image.height() + " x " + image.width()
                                + " patches")
                .figure(Figure.of(photo, "Photo"))
                .figure(Figure.of(
                        colours.overlay(photo, 1),
                        "Principal components",
                        "One colour space for all photos; the background is dimmed."))
                .figure(Figure.of(similarity.overlay(photo), "Similarity", "Cosine with the marked patch.")
                        .withScale(similarity.heatMap()))
                .figure(Figure.of(
                        photos.get(nearest), "Nearest photo", "%s, cosine %.3f".formatted(PHOTOS.get(nearest), cosine)))
                .figure(Figure.of(
                                norms.overlay(photo, 0.75),
                                "Token norms",
                                "Long tokens in plain regions are artefacts.")
                        .withScale(norms))
                .figure(Figure.of(colours.picture(), "Principal components, patch by patch"))
                .row("Attention of the last block", "Where the class token looks, each head to its own scale.", heads)
                .numbers("Embedding", image.embedding(), 12)
                .table("Times", times);
    }

    private static int nearest(List<Features> features, int index) {
        int best = index == 0 ? 1 : 0;
        for (int i = 0; i < features.size(); i++) {
            if (i != index
                    && cosine(features.get(index).embedding(), features.get(i).embedding())
                            > cosine(
                                    features.get(index).embedding(),
                                    features.get(best).embedding())) {
                best = i;
            }
        }
        return best;
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
