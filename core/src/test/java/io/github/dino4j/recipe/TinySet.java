package io.github.dino4j.recipe;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Sixteen photos of a coloured block on grey, with masks, depth, boxes and folders of classes; and recipes over them. */
final class TinySet {
    static final int PHOTOS = 16;
    private static final int WIDTH = 48;
    private static final int HEIGHT = 40;
    private static final String[] NAMES = {"ground", "red", "green"};
    private static final int[] COLOURS = {0x808080, 0xd02020, 0x20b030};

    private TinySet() {}

    /** Draws into photos, masks (0 to 2), depth (millimetres), voc and sorted/CLASS of a folder. */
    static void draw(Path folder) throws IOException {
        for (String name : new String[] {"photos", "masks", "depth", "voc", "sorted/red", "sorted/green"}) {
            Files.createDirectories(folder.resolve(name));
        }
        Random random = new Random(5);
        for (int i = 0; i < PHOTOS; i++) {
            int label = 1 + i % 2;
            int x0 = 2 + random.nextInt(12);
            int y0 = 2 + random.nextInt(8);
            int side = 16 + random.nextInt(10);
            BufferedImage photo = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
            BufferedImage mask = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
            BufferedImage depth = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
            for (int y = 0; y < HEIGHT; y++) {
                for (int x = 0; x < WIDTH; x++) {
                    boolean inside = x >= x0 && x < x0 + side && y >= y0 && y < y0 + side;
                    int class0 = inside ? label : 0;
                    photo.setRGB(x, y, COLOURS[class0] + 0x010101 * random.nextInt(16));
                    mask.getRaster().setSample(x, y, 0, class0);
                    depth.getRaster().setSample(x, y, 0, inside ? 1000 : 4000 - 40 * y);
                }
            }
            String name = "%02d".formatted(i);
            write(photo, folder.resolve("photos/" + name + ".png"));
            write(photo, folder.resolve("sorted/" + NAMES[label] + "/" + name + ".png"));
            write(mask, folder.resolve("masks/" + name + ".png"));
            write(depth, folder.resolve("depth/" + name + ".png"));
            Files.writeString(folder.resolve("voc/" + name + ".xml"), """
                    <annotation><filename>%s.png</filename><size><width>%d</width><height>%d</height></size>
                    <object><name>%s</name><bndbox><xmin>%d</xmin><ymin>%d</ymin><xmax>%d</xmax><ymax>%d</ymax>
                    </bndbox></object></annotation>
                    """.formatted(
                            name, WIDTH, HEIGHT, NAMES[label], x0 + 1, y0 + 1, x0 + side, y0 + side));
        }
    }

    private static void write(BufferedImage image, Path file) throws IOException {
        ImageIO.write(image, "png", file.toFile());
    }

    /** A recipe of a task over these data: two updates, a backbone drawn from a seed. */
    static Recipe recipe(Path folder, String task) {
        String yaml = """
                task: %s
                backbone:
                  random: {width: 32, depth: 4, heads: 2, patch: 8, registers: 1}
                %s
                data:
                %s
                training: {iterations: 2, batch: 4, evaluate_iterations: 1, rate: 1e-3}
                """.formatted(
                        task,
                        task.equals("self-supervised") ? "" : "augmentation: {kind: none, size: 32}",
                        data(task).indent(2));
        Recipe recipe = Recipe.parse("tiny.yaml", yaml, folder);
        if (task.equals("self-supervised")) {
            return recipe.with(List.of(
                    "backbone.adaptation=whole",
                    "objective={prototypes: 16, hidden: 24, bottleneck: 8}",
                    "crops={global_size: 32, local_size: 16, local_views: 2}",
                    "training.frozen_last_layer_epochs=0"));
        }
        return task.equals("distillation")
                ? recipe.with("backbone.adaptation", "whole")
                        .with("teacher.random", "{width: 48, heads: 3, depth: 2, patch: 8}")
                : recipe;
    }

    static String data(String task) {
        return switch (task) {
            case "segmentation" -> """
                    classes: [ground, red, green]
                    train: {images: photos, masks: masks, range: 0-11}
                    validation: {images: photos, masks: masks, range: 12-15}""";
            case "depth" -> """
                    train: {images: photos, depth: depth, range: 0-11}
                    validation: {images: photos, depth: depth, range: 12-15}""";
            case "detection" -> """
                    classes: [red, green]
                    train: {images: photos, voc: voc, range: 0-11}
                    validation: {images: photos, voc: voc, range: 12-15}""";
            case "classification" -> """
                    train: {folder: sorted}
                    validation_share: 0.25""";
            case "distillation" -> """
                    train: {images: photos, range: 0-11}
                    validation: {images: photos, range: 12-15}""";
            case "self-supervised" -> """
                    train: {images: photos}
                    validation: {folder: sorted}""";
            default -> throw new IllegalArgumentException("draw data for " + task);
        };
    }
}
