package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.testkit.GoldenCase;
import java.util.Locale;

/** The evaluation transforms of v1, v2, v3 and of transformers, from an image file to normalised pixels. */
final class TransformComponent implements GoldenComponent {
    private static final Normalisation UNIT = Normalisation.of(new float[3], new float[] {1, 1, 1});

    @Override
    public boolean handles(GoldenCase golden) {
        JsonNode c = golden.config();
        return (c.has("resize") || c.has("resize_shorter_side") || c.has("resample"))
                && golden.fill().isEmpty();
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        JsonNode image = golden.json().has("image") ? golden.json().path("image") : c.path("image");
        RgbImage photo = ImageDecoder.standard().read(golden.file().resolveSibling(image.asText()));
        for (GoldenCase.Output output : golden.outputs()) {
            float[] got = compute(output.name(), golden, photo);
            if (output.name().startsWith("tensor") && output.name().endsWith("u8")) {
                check.expectLevels(output.name(), output.shape(), got);
            } else {
                check.expect(output.name(), output.shape(), got);
            }
        }
    }

    private static float[] compute(String output, GoldenCase golden, RgbImage photo) {
        JsonNode c = golden.config();
        if (c.has("resize")) {
            return readme(output, c, photo);
        }
        return c.has("resample") ? huggingFace(output, golden, photo) : evaluation(output, c, photo);
    }

    /** DINOv3's make_transform: both sides forced, in four arithmetics. */
    private static float[] readme(String output, JsonNode c, RgbImage photo) {
        int height = c.path("resize").path("height").asInt();
        int width = c.path("resize").path("width").asInt();
        Transform transform = new Transform(
                new Sizing.Exact(height, width),
                Interpolation.valueOf(c.path("interpolation").asText().toUpperCase(Locale.ROOT)),
                output.startsWith("pil")
                        ? ResizePath.PILLOW
                        : output.startsWith("tensor") ? ResizePath.TENSOR_UINT8 : ResizePath.TENSOR_FLOAT,
                statistics(c, "mean", "std"));
        return switch (output) {
            case "pil_u8", "tensor_u8" ->
                levels(transform.withNormalisation(UNIT).apply(photo).values());
            case "float" -> transform.withNormalisation(UNIT).apply(photo).values();
            case "pil_norm_sat" ->
                transform.withNormalisation(Normalisation.SAT493M).apply(photo).values();
            case "noaa" -> plainBilinear(photo, height, width);
            default -> transform.apply(photo).values();
        };
    }

    /** Shorter side and centre crop, by Pillow or on tensors. */
    private static float[] evaluation(String output, JsonNode c, RgbImage photo) {
        Sizing.ShorterSideThenCrop sizing = new Sizing.ShorterSideThenCrop(
                c.path("resize_shorter_side").asInt(), c.path("crop").asInt(), CropRounding.HALF_EVEN);
        Transform transform = named(Transform.dinoV2Eval(), sizing).withNormalisation(statistics(c, "mean", "std"));
        return switch (output) {
            case "pil_resized_u8" ->
                levels(transform
                        .withSizing(new Sizing.ShorterSide(sizing.size()))
                        .withNormalisation(UNIT)
                        .apply(photo)
                        .values());
            case "crop_u8" ->
                levels(transform.withNormalisation(UNIT).apply(photo).values());
            case "tensor_crop_u8" ->
                levels(named(Transform.dinoV3Eval(), sizing)
                        .withNormalisation(UNIT)
                        .apply(photo)
                        .values());
            default -> transform.apply(photo).values();
        };
    }

    /** A named transform as it is where the case has its sizes, else with the sizes of the case. */
    private static Transform named(Transform transform, Sizing.ShorterSideThenCrop sizing) {
        return sizing.size() == 256 ? transform : transform.withSizing(sizing);
    }

    private static float[] huggingFace(String output, GoldenCase golden, RgbImage photo) {
        JsonNode c = golden.config();
        JsonNode size = c.path("size");
        Sizing sizing;
        if (size.has("shortest_edge")) {
            CropRounding rounding = output.endsWith("torchvision") ? CropRounding.HALF_EVEN : CropRounding.FLOOR;
            sizing = new Sizing.ShorterSideThenCrop(
                    size.path("shortest_edge").asInt(),
                    c.path("crop_size").path("height").asInt(),
                    rounding);
        } else {
            sizing = new Sizing.Exact(
                    size.path("height").asInt(), size.path("width").asInt());
        }
        // Codes of Pillow; the fast processor of DINOv3 works on floats, the slow ones by Pillow.
        Interpolation[] codes = {
            Interpolation.NEAREST, Interpolation.LANCZOS, Interpolation.BILINEAR, Interpolation.BICUBIC
        };
        ResizePath path = golden.source().contains("dinov3_vit_fast") ? ResizePath.TENSOR_FLOAT : ResizePath.PILLOW;
        Normalisation statistics = statistics(c, "image_mean", "image_std");
        return new Transform(sizing, codes[c.path("resample").asInt()], path, statistics)
                .apply(photo)
                .values();
    }

    /** 8-bit levels of values in 0..1. */
    private static float[] levels(float[] values) {
        float[] levels = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            levels[i] = Math.round(values[i] * 255);
        }
        return levels;
    }

    /** Bilinear without antialias, which the cases hold for contrast; the library does not offer it for images. */
    private static float[] plainBilinear(RgbImage photo, int height, int width) {
        float[] source = Resize.tensorFloat(photo, photo.height(), photo.width(), Interpolation.BILINEAR);
        try (io.github.dino4j.tensor.Scope scope = io.github.dino4j.tensor.Scope.inference()) {
            return io.github.dino4j.tensor.Tensor.of(source, 1, 3, photo.height(), photo.width())
                    .bilinear(height, width, false)
                    .toFloats();
        }
    }

    private static Normalisation statistics(JsonNode c, String mean, String std) {
        return Normalisation.of(floats(c.path(mean)), floats(c.path(std)));
    }

    private static float[] floats(JsonNode array) {
        return new float[] {
            array.get(0).floatValue(), array.get(1).floatValue(), array.get(2).floatValue()
        };
    }
}
