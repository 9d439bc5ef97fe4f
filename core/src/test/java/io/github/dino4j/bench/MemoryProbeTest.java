package io.github.dino4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.predict.LoadOptions;
import io.github.dino4j.predict.LoadOptions.Precision;
import io.github.dino4j.predict.Reference;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryProbeTest {
    static List<LoadOptions> options() {
        LoadOptions all = LoadOptions.DEFAULT
                .withModel("dinov3_vits16")
                .withPart("student")
                .withHeads(3)
                .withReference(Reference.TIMM)
                .withPeriods(LoadOptions.Periods.FLOAT32)
                .withMemory(LoadOptions.Memory.AS_STORED)
                .withPrecision(Precision.PLAIN);
        DepthNormalisation outdoors = DepthNormalisation.of(DepthNormalisation.Scale.LOG, 1, 80);
        return List.of(
                LoadOptions.DEFAULT,
                all,
                all.withDepth(new DepthFusion.Branch(outdoors)),
                all.withDepth(new DepthFusion.Widened(DepthFusion.Start.COPY, outdoors)));
    }

    @ParameterizedTest
    @MethodSource("options")
    void theOtherProcessLoadsWithTheSameOptions(LoadOptions options) {
        assertThat(MemoryProbe.options(MemoryProbe.words(options))).isEqualTo(options);
    }

    /** Its rotary periods are those of 3 heads; a process that is not told of 2 loads it all the same. */
    @ParameterizedTest
    @CsvSource({"3, true", "2, false"})
    void theOptionsReachTheOtherProcess(int heads, boolean fits) {
        Path checkpoint = Path.of("src/test/resources/golden/backbone/ckpt_mlp_train_student_teacher.pth");
        LoadOptions options = LoadOptions.DEFAULT.withPart("student").withHeads(heads);
        Configuration c = new Configuration(Precision.PLAIN, InputSize.square(32), 1, 1);

        assertThat(MemoryProbe.peaks(checkpoint, options, List.of(c), note -> {})
                        .containsKey(c))
                .isEqualTo(fits);
    }
}
