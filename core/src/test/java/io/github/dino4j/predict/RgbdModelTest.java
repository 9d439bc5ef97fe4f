package io.github.dino4j.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.Dino;
import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.DepthFusion.Branch;
import io.github.dino4j.backbone.DepthFusion.Start;
import io.github.dino4j.backbone.DepthFusion.Widened;
import io.github.dino4j.backbone.Layers;
import io.github.dino4j.backbone.SmallCheckpoints;
import io.github.dino4j.image.DepthFrame;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StoredTensor;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RgbdModelTest {
    /** Frames of a camera with depth: color/*.jpg and depth/*.png, 16-bit grey in millimetres. */
    private static final Path FRAMES =
            Path.of(System.getProperty("dino4j.frames", "../../shared/data/iclnuim_livingroom"));

    private static final RgbImage PHOTO = TinyModel.picture(80, 60, 3);

    @TempDir
    Path folder;

    /** A slope from 0.5 m to 4 m with a hole in its middle. */
    private static DepthFrame slope() {
        float[] metres = new float[80 * 60];
        for (int i = 0; i < metres.length; i++) {
            int x = i % 80;
            metres[i] = x > 30 && x < 50 ? 0 : 0.5f + 3.5f * i / metres.length;
        }
        return DepthFrame.of(80, 60, metres);
    }

    private static Transform transform(SmallCheckpoints kind) {
        return Transform.dinoV3(kind.side()).withDepth(DepthNormalisation.INDOOR);
    }

    private static List<Pixels> rgb(SmallCheckpoints kind) {
        return Stream.of(1, 2)
                .map(seed -> transform(kind).apply(TinyModel.picture(80, 60, seed)))
                .toList();
    }

    private static List<Pixels> rgbd(SmallCheckpoints kind, DepthFrame depth) {
        return Stream.of(1, 2)
                .map(seed -> transform(kind).apply(TinyModel.picture(80, 60, seed), depth))
                .toList();
    }

    private static void assumeKernels(Precision precision) {
        assumeTrue(
                precision == Precision.PLAIN
                        || io.github.dino4j.tensor.Precision.valueOf(precision.name())
                                .supported(),
                () -> "this processor has no kernels for " + precision);
    }

    private static float[] tokens(List<Features> features) {
        List<float[]> parts = features.stream()
                .flatMap(f -> Stream.of(f.embedding(), f.registers(), f.patches()))
                .toList();
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    static Stream<Arguments> kindsAndPrecisions() {
        return Arrays.stream(SmallCheckpoints.values())
                .flatMap(kind -> Stream.of(Precision.PLAIN, Precision.FLOAT32, Precision.BFLOAT16, Precision.INT8)
                        .map(precision -> Arguments.of(kind, precision)));
    }

    @ParameterizedTest
    @MethodSource("kindsAndPrecisions")
    void branchStartsAsTheRgbModelBitByBit(SmallCheckpoints kind, Precision precision) {
        assumeKernels(precision);
        Path file = kind.write(folder);
        LoadOptions options = LoadOptions.DEFAULT.withPrecision(precision);
        try (Model rgb = Model.load(file, options);
                Model rgbd = Model.load(file, options.withDepth(new Branch()))) {
            assertThat(tokens(rgbd.features(rgbd(kind, slope())))).isEqualTo(tokens(rgb.features(rgb(kind))));
        }
    }

    @ParameterizedTest
    @MethodSource("kindsAndPrecisions")
    void zeroFourthChannelStartsAsTheRgbModelWithinRounding(SmallCheckpoints kind, Precision precision) {
        assumeKernels(precision);
        Path file = kind.write(folder);
        LoadOptions options = LoadOptions.DEFAULT.withPrecision(precision);
        try (Model rgb = Model.load(file, options);
                Model rgbd = Model.load(file, options.withDepth(new Widened(Start.ZERO)))) {
            float[] expected = tokens(rgb.features(rgb(kind)));
            float[] found = tokens(rgbd.features(rgbd(kind, slope())));

            if (precision == Precision.PLAIN || precision == Precision.FLOAT32) {
                assertThat(found).containsExactly(expected, within(1e-4f));
            } else { // a last bit of a sum can turn a rounding to 8 bits
                assertThat(cosine(found, expected)).isGreaterThan(0.9995);
            }
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            lengthA += (double) a[i] * a[i];
            lengthB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(lengthA * lengthB);
    }

    @ParameterizedTest
    @EnumSource(names = {"MEAN", "COPY"})
    void otherStartsEqualTheRgbModelWhereNothingWasMeasured(Start start) {
        SmallCheckpoints kind = SmallCheckpoints.V3;
        Path file = kind.write(folder);
        try (Model rgb = Model.load(file, LoadOptions.DEFAULT);
                Model rgbd = Model.load(file, LoadOptions.DEFAULT.withDepth(new Widened(start)))) {
            assertThat(tokens(rgbd.features(rgbd(kind, DepthFrame.none(80, 60)))))
                    .containsExactly(tokens(rgb.features(rgb(kind))), within(1e-4f));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MEAN", "COPY"})
    void otherStartsSeeDepthAtOnce(Start start) {
        SmallCheckpoints kind = SmallCheckpoints.V3;
        Path file = kind.write(folder);
        try (Model rgb = Model.load(file, LoadOptions.DEFAULT);
                Model rgbd = Model.load(file, LoadOptions.DEFAULT.withDepth(new Widened(start)))) {
            assertThat(cosine(tokens(rgbd.features(rgbd(kind, slope()))), tokens(rgb.features(rgb(kind)))))
                    .isLessThan(0.999);
        }
    }

    /** A checkpoint whose branch says something: the weights of green, which a widened copy of green has as well. */
    private Path trainedBranch(SmallCheckpoints kind) {
        Checkpoint rgbd = new Branch().onto(Checkpoints.open(kind.write(folder)));
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(rgbd.weights().tensors());
        StoredTensor colours = rgbd.weights()
                .get(kind == SmallCheckpoints.CONVNEXT ? "downsample_layers.0.0.weight" : "patch_embed.proj.weight");
        tensors.put("depth_embed.proj.weight", colours.sliced(1, 1, 1));
        Path file = folder.resolve("trained.safetensors");
        Safetensors.write(file, tensors, rgbd.metadata());
        return file;
    }

    @ParameterizedTest
    @EnumSource
    void branchAndFourthChannelOfEqualWeightsAreOneFunction(SmallCheckpoints kind) {
        List<Pixels> images = rgbd(kind, slope());
        LoadOptions copy = LoadOptions.DEFAULT.withDepth(new Widened(Start.COPY));
        try (Model branch = Model.load(trainedBranch(kind), LoadOptions.DEFAULT);
                Model widened = Model.load(kind.write(folder), copy)) {
            assertThat(tokens(branch.features(images)))
                    .containsExactly(tokens(widened.features(images)), within(2e-4f));
        }
    }

    @ParameterizedTest
    @MethodSource("kindsAndPrecisions")
    void trainedBranchSaysTheSameInEveryPrecision(SmallCheckpoints kind, Precision precision) {
        assumeKernels(precision);
        Path file = trainedBranch(kind);
        List<Pixels> images = rgbd(kind, slope());
        try (Model plain = Model.load(file, LoadOptions.DEFAULT.withPrecision(Precision.PLAIN));
                Model other = Model.load(file, LoadOptions.DEFAULT.withPrecision(precision))) {
            double least = switch (precision) {
                case PLAIN, FLOAT32, AUTO -> 1 - 1e-9;
                case BFLOAT16 -> 0.9995;
                case INT8 -> 0.998;
            };

            assertThat(cosine(tokens(other.features(images)), tokens(plain.features(images))))
                    .isGreaterThan(least);
            assertThat(cosine(
                            tokens(other.features(images)),
                            tokens(other.features(rgbd(kind, DepthFrame.none(80, 60))))))
                    .isLessThan(0.99);
        }
    }

    @Test
    void innerLayersAndAttentionReadDepthToo() {
        SmallCheckpoints kind = SmallCheckpoints.V3;
        Path file = kind.write(folder);
        Pixels rgbPixels = rgb(kind).get(0);
        Pixels rgbdPixels = rgbd(kind, slope()).get(0);
        try (Model rgb = Model.load(file, LoadOptions.DEFAULT);
                Model rgbd = Model.load(file, LoadOptions.DEFAULT.withDepth(new Branch()))) {
            assertThat(tokens(rgbd.intermediate(rgbdPixels, Layers.of(0, 1), true)))
                    .isEqualTo(tokens(rgb.intermediate(rgbPixels, Layers.of(0, 1), true)));
            assertThat(rgbd.attention(rgbdPixels, 1).head(0))
                    .isEqualTo(rgb.attention(rgbPixels, 1).head(0));
        }
    }

    @Test
    void modelOfColoursRefusesDepthAndSaysHowToAddIt() {
        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> model.features(rgbd(SmallCheckpoints.V3, slope())))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reads 3 channels (RGB), the image has 4 channels (RGB and depth)")
                    .hasMessageContaining("LoadOptions.withDepth");
            assertThatThrownBy(() -> Dino.of(model).features(PHOTO, slope()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reads no depth");
        }
    }

    @ParameterizedTest
    @MethodSource("fusions")
    void modelWithDepthRefusesColoursAloneAndSaysWhatToGive(DepthFusion fusion) {
        try (Model model = Model.random(fusion.of(TinyModel.CONFIG), 1)) {
            assertThatThrownBy(() -> Dino.of(model).features(PHOTO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("reads 4 channels (RGB and depth), the image has 3 channels (RGB)")
                    .hasMessageContaining("DepthFrame.none");
        }
    }

    static Stream<DepthFusion> fusions() {
        return Stream.of(new Branch(), new Widened(Start.MEAN));
    }

    @Test
    void randomModelWithABranchIsTheRandomModelOfColours() {
        try (Dino rgb = Dino.of(TinyModel.random());
                Dino rgbd = Dino.random(new Branch().of(TinyModel.CONFIG), 1)) {
            assertThat(rgbd.features(PHOTO, slope()).patches())
                    .isEqualTo(rgb.features(PHOTO).patches());
        }
    }

    @Test
    void untrainedDepthIsSaidOnTheCard() {
        Path file = SmallCheckpoints.V1.write(folder);
        try (Model rgbd = Model.load(file, LoadOptions.DEFAULT.withDepth(new Branch()))) {
            assertThat(rgbd.card().warnings()).anyMatch(w -> w.contains("never trained"));
            assertThat(rgbd.card().transform().depth()).contains(DepthNormalisation.INDOOR);
            assertThat(rgbd.card().title()).contains("RGB and depth in a branch");
        }
    }

    @Test
    void rendersOfARoomGoThroughAModelWithDepth() throws IOException {
        assumeTrue(Files.isDirectory(FRAMES), () -> "no frames in " + FRAMES + ": pass -Ddino4j.frames=FOLDER");
        RgbImage photo = ImageDecoder.standard().read(FRAMES.resolve("color/00071.jpg"));
        DepthFrame depth = millimetres(FRAMES.resolve("depth/00071.png"));
        Path file = SmallCheckpoints.V3.write(folder);
        try (Dino rgb = Dino.load(file);
                Dino branch = Dino.load(file, LoadOptions.DEFAULT.withDepth(new Branch()));
                Dino copy = Dino.load(file, LoadOptions.DEFAULT.withDepth(new Widened(Start.COPY)))) {
            Sizing sizing = new Sizing.KeepAspectToMultiple(Sizing.Side.SHORTER, 224, 16);
            Features expected = rgb.with(rgb.transform().withSizing(sizing)).features(photo);
            Dino wide = copy.with(copy.transform().withSizing(sizing));
            Pixels pixels = wide.prepare(photo, depth);

            assertThat(branch.with(branch.transform().withSizing(sizing))
                            .features(photo, depth)
                            .patches())
                    .isEqualTo(expected.patches());
            assertThat(cosine(wide.features(photo, depth).patches(), expected.patches()))
                    .isLessThan(0.999);
            int area = pixels.height() * pixels.width();
            float[] channel = Arrays.copyOfRange(pixels.values(), 3 * area, 4 * area);
            double mean = 0;
            for (float value : channel) {
                assertThat(value).isBetween(-1.7321f, 1.7321f);
                mean += value / area;
            }
            System.out.printf(
                    "frame 00071: %.1f %% measured, normalised depth has mean %.2f%n", 100 * depth.measured(), mean);
            assertThat(mean).isBetween(-1.0, 1.5);
        }
    }

    private static DepthFrame millimetres(Path png) throws IOException {
        Raster raster = ImageIO.read(png.toFile()).getRaster();
        int[] values = raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null);
        float[] metres = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            metres[i] = values[i] / 1000f;
        }
        return DepthFrame.of(raster.getWidth(), raster.getHeight(), metres);
    }
}
