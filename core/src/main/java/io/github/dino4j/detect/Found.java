package io.github.dino4j.detect;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The best answers about one image. A query may stand here several times, as several classes.
 *
 * @param scores probabilities, the best first
 * @param categories the classes
 * @param boxes centred, in pixels of the model's input, four numbers each
 */
@SuppressWarnings("ArrayRecordComponent") // on their way from tensors to values, never compared
record Found(float[] scores, int[] categories, float[] boxes) {
    /** The {@code most} best pairs of query and class of image b; of equal scores the earlier query first. */
    static Found best(BoxPrediction answer, int b, int most) {
        float[] probabilities = answer.classes().select(0, b).sigmoid().toFloats();
        float[] boxes = answer.boxes().select(0, b).toFloats();
        int classes = (int) answer.classes().size(2);
        List<Integer> best = IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> probabilities[i]).reversed())
                .limit(most)
                .toList();
        Found found = new Found(new float[best.size()], new int[best.size()], new float[4 * best.size()]);
        for (int i = 0; i < best.size(); i++) {
            found.scores[i] = probabilities[best.get(i)];
            found.categories[i] = best.get(i) % classes;
            System.arraycopy(boxes, best.get(i) / classes * 4, found.boxes, 4 * i, 4);
        }
        return found;
    }

    int size() {
        return scores.length;
    }

    /**
     * The boxes' corners, cut to the image and then scaled.
     *
     * @param width of the image in the model's input
     * @param height of the image in the model's input
     */
    float[] corners(int width, int height, double scaleX, double scaleY) {
        float[] corners = new float[boxes.length];
        for (int i = 0; i < boxes.length; i += 4) {
            corners[i] = (float) (cut(boxes[i] - boxes[i + 2] / 2, width) * scaleX);
            corners[i + 1] = (float) (cut(boxes[i + 1] - boxes[i + 3] / 2, height) * scaleY);
            corners[i + 2] = (float) (cut(boxes[i] + boxes[i + 2] / 2, width) * scaleX);
            corners[i + 3] = (float) (cut(boxes[i + 1] + boxes[i + 3] / 2, height) * scaleY);
        }
        return corners;
    }

    private static float cut(float value, int size) {
        return Math.max(0, Math.min(size, value));
    }
}
