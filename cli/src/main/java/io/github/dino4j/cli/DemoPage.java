package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.visual.AttentionPictures;
import io.github.dino4j.visual.Figure;
import io.github.dino4j.visual.FlowChart;
import io.github.dino4j.visual.HeatMap;
import io.github.dino4j.visual.HtmlReport;
import io.github.dino4j.visual.PcaOptions;
import io.github.dino4j.visual.PcaPainter;
import io.github.dino4j.visual.ReportSection;
import io.github.dino4j.visual.Similarity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The page of the demo: a section a photo. */
final class DemoPage {
    private static final int HEADS_SHOWN = 12;
    private static final int VALUES_SHOWN = 8;

    private final Dino dino;
    private final ImageDecoder decoder;
    private final Console console;
    private final List<Photo> photos = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    /** A photo and what the model makes of it. */
    private record Photo(
            Path path, RgbImage image, Features features, Optional<AttentionMap> attention, Map<String, String> times) {
        String name() {
            return String.valueOf(path.getFileName());
        }
    }

    DemoPage(Dino dino, ImageDecoder decoder, Console console) {
        this.dino = dino;
        this.decoder = decoder;
        this.console = console;
    }

    /** Reads the photos and runs the model; returns how many could not be read. */
    int add(List<Path> paths) {
        try (Progress progress = new Progress(console)) {
            progress.begins(paths.size(), 0);
            for (Path path : paths) {
                try {
                    photos.add(photo(path));
                } catch (ImageException e) {
                    unreadable.add(e.getMessage());
                    console.err().println("unreadable: " + e.getMessage());
                }
                progress.step();
            }
        }
        if (photos.isEmpty()) {
            throw new ImageException("none of the " + paths.size() + " photos could be read; nothing was written");
        }
        return unreadable.size();
    }

    private Photo photo(Path path) {
        Map<String, String> times = new LinkedHashMap<>();
        long start = System.nanoTime();
        RgbImage image = decoder.read(path);
        start = lap(times, "decoding", start);
        Features features = dino.features(image);
        start = lap(times, "resizing and the model", start);
        Optional<AttentionMap> attention = attention(image);
        lap(times, "attention of the last block", start);
        return new Photo(path, image, features, attention, times);
    }

    private static long lap(Map<String, String> times, String what, long start) {
        long now = System.nanoTime();
        times.put(what, String.format(Locale.ROOT, "%.0f ms", (now - start) / 1e6));
        return now;
    }

    /** Convolutional backbones have none. */
    private Optional<AttentionMap> attention(RgbImage image) {
        try {
            return Optional.of(dino.attention(image, -1));
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    void write(Path file, TensorFlow flow) throws IOException {
        ModelCard card = dino.card();
        HtmlReport report = new HtmlReport("What a vision transformer sees")
                .intro(photos.size() + " photos through " + card.title() + ": "
                        + String.format(Locale.ROOT, "%,d", card.parameters())
                        + " parameters, licence of the weights: " + card.licence() + ".");
        card.warnings().forEach(report::notice);
        unreadable.forEach(reason -> report.notice("Left out: " + reason));

        List<Features> features = photos.stream().map(Photo::features).toList();
        PcaPainter painter = PcaPainter.fit(features, PcaOptions.WHOLE);
        for (Photo photo : photos) {
            section(report, photo, painter);
        }
        report.section(
                        "The way of an image",
                        "at " + flow.input().get(2) + " x " + flow.input().get(3) + " pixels")
                .chart(FlowChart.svg(flow, card.title()), "Every stage with the shape of its output.");
        report.footer("Images: " + dino.transform().describe() + ". Source of the weights: " + card.source() + ".");
        report.footer("Java " + Runtime.version().feature() + ", " + Engine.threads() + " threads, "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch")
                + ". The first photo's time holds the engine's start.");
        try {
            report.write(file);
        } catch (IOException e) {
            throw new IOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private void section(HtmlReport report, Photo photo, PcaPainter painter) {
        Features features = photo.features();
        ReportSection section = report.section(
                photo.name(),
                photo.image().width() + " x " + photo.image().height() + " pixels, seen as " + features.height() + " x "
                        + features.width() + " patches");
        section.figure(Figure.of(photo.image(), "Photo"));
        section.figure(Figure.of(
                painter.paint(features).overlay(photo.image(), 1),
                "Principal components",
                "The three main directions of all patches of all photos as red, green and blue: like colours, like"
                        + " content."));
        Similarity similarity = Similarity.of(features, features.height() / 2, features.width() / 2, features);
        section.figure(Figure.of(
                        similarity.overlay(photo.image()),
                        "Similarity",
                        "Cosine of every patch with the one in the ring.")
                .withScale(similarity.heatMap()));
        photo.attention().ifPresent(map -> heads(section, photo, map));
        nearest(photo)
                .ifPresent(near -> section.row(
                        "Nearest other photo",
                        "by the cosine of the class tokens",
                        List.of(Figure.of(
                                near.photo().image(),
                                near.photo().name(),
                                String.format(Locale.ROOT, "cosine %.3f", near.cosine())))));
        section.numbers("Embedding", features.embedding(), VALUES_SHOWN);
        section.table("Times", photo.times());
    }

    private static void heads(ReportSection section, Photo photo, AttentionMap map) {
        AttentionPictures pictures = new AttentionPictures(map, photo.features().geometry());
        List<Figure> figures = new ArrayList<>();
        for (int head = 0; head < Math.min(map.heads(), HEADS_SHOWN); head++) {
            HeatMap heat = pictures.head(head);
            figures.add(
                    Figure.of(heat.overlay(photo.image(), 0.8), "head " + head).withScale(heat));
        }
        String shown = map.heads() > HEADS_SHOWN ? HEADS_SHOWN + " of " + map.heads() + " heads" : "all heads";
        section.row("Attention of the class token", "last block, " + shown, figures);
    }

    private record Near(Photo photo, double cosine) {}

    private Optional<Near> nearest(Photo photo) {
        return photos.stream()
                .filter(other -> !other.path().equals(photo.path()))
                .map(other -> new Near(
                        other,
                        cosine(photo.features().embedding(), other.features().embedding())))
                .max(java.util.Comparator.comparingDouble(Near::cosine));
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
