package io.github.dino4j.backbone;

import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Tensor;

/**
 * Sine and cosine of the patch position (as in DETR) through a 1x1 convolution.
 *
 * <p>Weights: {@code token_projection} [C, 64, 1, 1].
 */
final class FourierPositions {
    private static final int FREQUENCIES = 32; // an axis
    private static final double TEMPERATURE = 10_000;

    private final Conv2d projection;

    FourierPositions(Parameters p, int dim) {
        projection = new Conv2d(p.at("token_projection"), new Conv2d.Shape(2 * FREQUENCIES, dim, 1, Bias.FULL));
    }

    Tensor at(int h, int w, Device device) {
        float[] code = new float[2 * FREQUENCIES * h * w];
        for (int c = 0; c < FREQUENCIES; c++) {
            int pair = c / 2; // a sine and a cosine share a frequency
            double period = Math.pow(TEMPERATURE, 2.0 * pair / FREQUENCIES);
            for (int y = 0; y < h; y++) {
                for (int x = 0; x < w; x++) {
                    int at = (c * h + y) * w + x;
                    code[at] = wave(c, (y + 1) / (h + 1e-6) * 2 * Math.PI / period);
                    code[at + FREQUENCIES * h * w] = wave(c, (x + 1) / (w + 1e-6) * 2 * Math.PI / period);
                }
            }
        }
        return projection.forward(Tensor.of(code, 1, 2 * FREQUENCIES, h, w).to(device));
    }

    private static float wave(int channel, double angle) {
        return (float) (channel % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
    }
}
