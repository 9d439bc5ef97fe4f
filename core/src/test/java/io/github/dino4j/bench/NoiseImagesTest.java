package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.RgbImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseImagesTest {
    @Test
    void drawsTheSameImagesFromTheSameSeed() {
        List<RgbImage> first = NoiseImages.of(2, 64, 5);
        List<RgbImage> second = NoiseImages.of(2, 64, 5);

        assertThat(first.get(1).rgb()).isEqualTo(second.get(1).rgb());
        assertThat(first.get(0).rgb()).isNotEqualTo(first.get(1).rgb());
    }

    /** Equal variance an octave: differences grow with distance, but slowly. White noise would give a ratio of 1. */
    @Test
    void hasTheSpectrumOfPhotos() {
        RgbImage image = NoiseImages.of(1, 256, 3).get(0);

        double near = difference(image, 1);
        double far = difference(image, 32);

        assertThat(far / near).isBetween(1.3, 6.0);
    }

    private static double difference(RgbImage image, int distance) {
        double sum = 0;
        for (int y = 0; y < image.height(); y++) {
            for (int x = distance; x < image.width(); x++) {
                sum += Math.abs((image.pixel(x, y) & 0xff) - (image.pixel(x - distance, y) & 0xff));
            }
        }
        return sum / image.height() / (image.width() - distance);
    }
}
