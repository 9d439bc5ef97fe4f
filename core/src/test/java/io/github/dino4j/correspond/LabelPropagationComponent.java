package io.github.dino4j.correspond;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Label propagation: DINOv3's notebook, one frame from given context; DINOv1's evaluation, a video from its first mask. */
public final class LabelPropagationComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("segmentation_tracking.ipynb propagate")
                || golden.source().contains("eval_video_segmentation.py label_propagation");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        if (golden.source().contains("segmentation_tracking.ipynb")) {
            notebook(golden, check);
        } else {
            video(golden, check);
        }
    }

    private static void notebook(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        Neighbourhood.Shape shape = Neighbourhood.Shape.valueOf(
                c.path("neighborhood_shape").asText().toUpperCase(java.util.Locale.ROOT));
        Neighbourhood near =
                new Neighbourhood(shape, c.path("neighborhood_size").asInt());
        LabelPropagation propagation = new LabelPropagation(
                near, c.path("topk").asInt(), c.path("temperature").asDouble());
        FloatArray current = golden.input("current");
        FloatArray frames = golden.input("context");
        FloatArray labels = golden.input("context_probs");
        int height = (int) current.shape()[0];
        int width = (int) current.shape()[1];
        int dim = (int) current.shape()[2];
        int objects = (int) labels.shape()[3];
        int area = height * width;
        List<LabelPropagation.Context> context = new ArrayList<>();
        for (int f = 0; f < frames.shape()[0]; f++) {
            float[] tokens = Arrays.copyOfRange(frames.values(), f * area * dim, (f + 1) * area * dim);
            float[] given = Arrays.copyOfRange(labels.values(), f * area * objects, (f + 1) * area * objects);
            context.add(
                    new LabelPropagation.Context(Patches.of(height, width, dim, tokens), shares(given, area, objects)));
        }

        float[][] soft = propagation.propagate(Patches.of(height, width, dim, current.values()), context);

        float[] probs = filled(area * objects, i -> soft[i % objects][i / objects]);
        check.expect("probs", new long[] {height, width, objects}, probs);
        int maskHeight = c.path("mask_size").get(0).asInt();
        int maskWidth = c.path("mask_size").get(1).asInt();
        float[][] post = TrackingProtocol.DINOV3.enlarge(soft, height, width, maskHeight, maskWidth);
        check.expect("post", new long[] {objects, maskHeight, maskWidth}, joined(post));
        check.expect("argmax", new long[] {maskHeight, maskWidth}, floats(SoftMasks.winners(post)));
        float[] allowed = filled(area, i -> near.holds(i / width, i % width) ? 1 : 0);
        check.expect("neighbourhood_row0", new long[] {height, width}, allowed);
    }

    private static void video(GoldenCase golden, Check check) {
        JsonNode c = golden.config();
        int height = c.path("grid").get(0).asInt();
        int width = c.path("grid").get(1).asInt();
        int dim = c.path("dim").asInt();
        int patch = c.path("patch_size").asInt();
        int objects = c.path("classes").asInt();
        int radius = c.path("size_mask_neighborhood").asInt();
        LabelPropagation propagation = new LabelPropagation(
                radius == 0 ? Neighbourhood.EVERYWHERE : Neighbourhood.square(radius),
                c.path("topk").asInt(),
                c.path("temperature").asDouble());
        FloatArray tokens = golden.input("tokens");
        float[] first = golden.input("first_seg").values();
        int area = height * width;
        float[][] soft = new float[objects][];
        Arrays.setAll(soft, m -> Arrays.copyOfRange(first, m * area, (m + 1) * area));
        TrackMemory memory = new TrackMemory(
                propagation, c.path("n_last_frames").asInt(), frame(tokens, 0, height, width, dim), soft);
        int high = height * patch;
        int wide = width * patch;
        for (int f = 1; f < tokens.shape()[0]; f++) {
            float[][] next = memory.advance(frame(tokens, f, height, width, dim));

            check.expect("seg_" + f, new long[] {1, objects, height, width}, joined(next));
            float[][] values = TrackingProtocol.DINOV1.enlarge(next, height, width, high, wide);
            check.expect("label_" + f, new long[] {high, wide}, floats(SoftMasks.winners(values)));
        }
    }

    /** Patches of one frame of [T, 1 + N, D], without the class token. */
    private static Patches frame(FloatArray tokens, int frame, int height, int width, int dim) {
        int stride = (int) (tokens.shape()[1] * tokens.shape()[2]);
        int start = frame * stride + dim;
        return Patches.of(height, width, dim, Arrays.copyOfRange(tokens.values(), start, start + height * width * dim));
    }

    /** [h * w, M] as [M][h * w], each patch divided by its sum. */
    private static float[][] shares(float[] given, int area, int objects) {
        float[][] soft = new float[objects][area];
        for (int i = 0; i < area; i++) {
            float sum = 0;
            for (int m = 0; m < objects; m++) {
                sum += given[i * objects + m];
            }
            for (int m = 0; m < objects; m++) {
                soft[m][i] = given[i * objects + m] / sum;
            }
        }
        return soft;
    }

    private static float[] joined(float[][] planes) {
        int area = planes[0].length;
        return filled(planes.length * area, i -> planes[i / area][i % area]);
    }

    private static float[] floats(short[] labels) {
        return filled(labels.length, i -> labels[i]);
    }

    private static float[] filled(int length, IntToDoubleFunction value) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) value.applyAsDouble(i);
        }
        return values;
    }
}
