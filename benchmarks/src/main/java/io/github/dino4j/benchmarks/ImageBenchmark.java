package io.github.dino4j.benchmarks;

import io.github.dino4j.bench.NoiseImages;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Resampling;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From the bytes of a photo of 640 x 426 pixels to the input of a model, 224 x 224, on one thread. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ImageBenchmark {
    /** Which model's transform: Pillow's bicubic (v1, v2) or the uint8 tensor's bilinear (v3). */
    @Param({"v2", "v3"})
    public String transform = "v3";

    @Param({"EXACT", "FAST"})
    public String resampling = "EXACT";

    private final ImageDecoder decoder = ImageDecoder.standard();
    private byte[] jpeg = {};
    private Transform chosen = Transform.dinoV3(224);
    private RgbImage image = RgbImage.of(1, 1, new byte[3]);

    @Setup
    public void encode() throws IOException {
        BufferedImage photo =
                NoiseImages.of(1, 640, 1).get(0).crop(0, 0, 640, 426).toBufferedImage();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(photo, "jpg", bytes);
        jpeg = bytes.toByteArray();
        image = decoder.read(jpeg, "photo");
        chosen = (transform.equals("v2") ? Transform.dinoV2Eval() : Transform.dinoV3(224))
                .withResampling(Resampling.valueOf(resampling));
    }

    @Benchmark
    public RgbImage decode() {
        return decoder.read(jpeg, "photo");
    }

    @Benchmark
    public Pixels resize() {
        return chosen.apply(image);
    }

    @Benchmark
    public Pixels both() {
        return chosen.apply(decoder.read(jpeg, "photo"));
    }
}
