package io.github.dino4j.compare;

import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.predict.Model;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one image costs a model.
 *
 * @param macs multiply-adds
 * @param milliseconds median of several passes
 * @param bytes that a pass needs beside the weights, as estimated
 */
public record Cost(long parameters, long macs, double milliseconds, long bytes, int height, int width) {
    private static final int WARM = 2;
    private static final int ROUNDS = 7;

    /** Measures all models in turn, so that a busy moment meets all of them, on images of their own size. */
    static List<Cost> of(List<Contender> contenders, List<Pixels> images) {
        List<double[]> times = new ArrayList<>();
        contenders.forEach(c -> times.add(new double[ROUNDS]));
        for (int round = -WARM; round < ROUNDS; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Pixels pixels = images.get(i);
                Model model = contenders.get(i).model();
                long start = System.nanoTime();
                try (Scope scope = Scope.inference()) {
                    Tensor x = Model.tensor(List.of(pixels));
                    model.run(backbone -> backbone.forward(x).normed().cls().toFloats());
                }
                if (round >= 0) {
                    times.get(i)[round] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        List<Cost> costs = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            double[] own = times.get(i);
            Arrays.sort(own);
            Pixels pixels = images.get(i);
            Model model = contenders.get(i).model();
            costs.add(new Cost(
                    model.card().parameters(),
                    TensorFlow.of(model.config(), 1, pixels.height(), pixels.width())
                            .macs(),
                    own[ROUNDS / 2],
                    model.memory(1, pixels.height(), pixels.width()).bytes(),
                    pixels.height(),
                    pixels.width()));
        }
        return costs;
    }

    /** Under which circumstances. */
    static String circumstances() {
        return Engine.threads() + " threads, Java " + Runtime.version().feature() + ", " + System.getProperty("os.name")
                + " " + System.getProperty("os.arch");
    }
}
