package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.AttentionMap;
import io.github.dino4j.visual.AttentionPictures;
import io.github.dino4j.visual.Montage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "attention",
        description =
                "Draw where the class token looks, head by head, and DINOv1's masks: the fewest patches that hold a"
                        + " given share of a head's weight. Vision transformers only.",
        footer = {
            "",
            "Examples:",
            "  dino4j attention -m model.pth -o heads/ cat.jpg --size 480",
            "  dino4j attention -m model.pth -o heads/ cat.jpg --block 5 --mass 0.8 --json"
        })
final class AttentionCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ImageOptions images = new ImageOptions();

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FOLDER",
            description = "Gets heads.png and masks.png (sheets), and head-K.png and mask-K.png for each head.")
    private Path output = Path.of("");

    @Option(
            names = "--block",
            paramLabel = "N",
            description = "Block, from 0; negative ones count from the last (default: ${DEFAULT-VALUE}).")
    private int block = -1;

    @Option(
            names = "--mass",
            paramLabel = "0..1",
            description = "Share of a head's weight in its mask (default: ${DEFAULT-VALUE}).")
    private double mass = AttentionPictures.MASS;

    @Option(names = "--json", description = "The weights themselves as JSON on stdout.")
    private boolean json;

    @Parameters(paramLabel = "IMAGE", description = "An image file.")
    private Path image = Path.of("");

    @Override
    public Integer call() throws IOException {
        if (!(mass > 0 && mass <= 1)) {
            throw console.usage("--mass is a share in 0..1, found " + mass);
        }
        RgbImage photo = images.decoder().read(image);
        try (Dino dino = model.load(images, console)) {
            Pixels pixels = dino.prepare(photo);
            AttentionMap map = dino.attention(photo, block);
            Output.folder(output); // not before: a model without attention leaves nothing behind
            List<Path> written = draw(photo, map, new AttentionPictures(map, pixels.geometry()));
            if (json) {
                console.json(json(map, written));
            } else {
                written.forEach(console.out()::println);
            }
        }
        return ExitCode.OK;
    }

    private List<Path> draw(RgbImage photo, AttentionMap map, AttentionPictures pictures) throws IOException {
        List<Path> written = new ArrayList<>();
        written.add(write("heads.png", pictures.sheet(photo)));
        Montage masks = Montage.ofColumns(4);
        for (int head = 0; head < map.heads(); head++) {
            RgbImage mask = pictures.mask(photo, head, mass);
            masks.add(mask, "head " + head + ", " + Math.round(100 * mass) + "% of its weight");
            written.add(write("head-" + head + ".png", pictures.head(head).overlay(photo, 0.8)));
            written.add(write("mask-" + head + ".png", mask));
        }
        written.add(1, write("masks.png", masks.render()));
        return written;
    }

    private Path write(String name, RgbImage picture) throws IOException {
        Path file = output.resolve(name);
        Output.png(file, picture);
        return file;
    }

    private static Map<String, Object> json(AttentionMap map, List<Path> written) {
        List<float[]> heads = new ArrayList<>();
        for (int head = 0; head < map.heads(); head++) {
            heads.add(map.head(head));
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("files", written.stream().map(Path::toString).toList());
        json.put("grid", List.of(map.height(), map.width()));
        json.put("heads", heads);
        return json;
    }
}
