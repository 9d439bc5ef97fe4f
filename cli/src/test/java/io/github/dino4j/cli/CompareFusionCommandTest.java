package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.segment.PyramidSegmenter;
import io.github.dino4j.segment.PyramidSegmenter.Config.Fusion;
import io.github.dino4j.segment.SegmentMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareFusionCommandTest {
    @TempDir
    private Path folder;

    private static Cli run(Object... arguments) {
        Object[] line = new Object[arguments.length + 6];
        Object[] quick = {"compare-fusion", "--size", 32, "--rounds", 1, "--no-memory"};
        System.arraycopy(quick, 0, line, 0, 6);
        System.arraycopy(arguments, 0, line, 6, arguments.length);
        return Cli.run(line);
    }

    private Path head(Fusion fusion) {
        Path file = folder.resolve(fusion.label() + ".safetensors");
        PyramidSegmenter.Config config = PyramidSegmenter.Config.of(384, 12, 32, 2, fusion);
        try (LoadedHead<PyramidSegmenter> head = LoadedHead.random(1, p -> new PyramidSegmenter(p, config))) {
            head.save(file, Map.of());
        }
        return file;
    }

    @Test
    void printsARowForEachFusionAndWhatItIsGoodFor() {
        Cli cli = run("--width", 32).exits(0);

        assertThat(cli.out())
                .contains("dinov3_vits16, 32 pixels, batch 1, 21 classes", "all weights drawn at random from seed 2025")
                .containsPattern("(?m)^msdeform +32 +1,785,056 ")
                .containsPattern("(?m)^fpn +32 +86,528 ")
                .contains("msdeform (multi-scale deformable attention) looks anywhere")
                .contains("fpn (upsample, add, 3x3 convolution) is light");
    }

    @Test
    void measuresTrainedHeadsOverPhotosAndDrawsThem() throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        Path masks = Files.createDirectory(folder.resolve("masks"));
        Path cat = Files.copy(Cli.SAMPLES.resolve("cat.jpg"), images.resolve("cat.jpg"));
        RgbImage photo = ImageDecoder.standard().read(cat);
        int pixels = photo.width() * photo.height();
        SegmentMap.of(photo.width(), photo.height(), new short[pixels], new float[pixels], ClassList.numbered(2))
                .writeIndexedPng(masks.resolve("cat.png"));
        Path chart = folder.resolve("chart.png");

        Cli cli = run(
                        "--head-msdeform",
                        head(Fusion.MSDEFORM),
                        "--head-fpn",
                        head(Fusion.FPN),
                        "--images",
                        images,
                        "--masks",
                        masks,
                        "--photo",
                        cat,
                        "-o",
                        chart,
                        "--json")
                .exits(0);

        JsonNode fusions = cli.json().get("fusions");
        assertThat(fusions).hasSize(2).allSatisfy(fusion -> {
            assertThat(fusion.get("meanIou").doubleValue()).isBetween(0.0, 1.0);
            assertThat(fusion.get("weights").textValue())
                    .endsWith(fusion.get("fusion").textValue() + ".safetensors");
            assertThat(fusion.get("fusionFlops").longValue())
                    .isEqualTo(2 * fusion.get("fusionMacs").longValue());
        });
        assertThat(ImageDecoder.standard().read(chart).width()).isEqualTo(1100);
    }

    @Test
    void refusesATrainedHeadBesideARandomOne() {
        run("--head-fpn", "fpn.safetensors").fails(2, "give both --head-msdeform and --head-fpn, or none");
    }

    @Test
    void refusesToMeasureWhatKnowsNothing() {
        run("--images", folder, "--masks", folder).fails(2, "random heads know nothing");
    }
}
