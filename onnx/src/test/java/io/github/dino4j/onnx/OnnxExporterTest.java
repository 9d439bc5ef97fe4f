package io.github.dino4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxExporterTest {
    private static final Path GOLDEN = Path.of("../core/src/test/resources/golden/backbone");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(OnnxOptions.Operators.class)
    void exportsACheckpoint(OnnxOptions.Operators operators) {
        Path file = folder.resolve("model.onnx");

        OnnxExporter.Result result = OnnxExporter.export(
                GOLDEN.resolve("ckpt_mlp_zip.pth"),
                file,
                OnnxOptions.DEFAULT.withSize(64, 96).with(operators));

        System.out.println(result);
        assertThat(result.report().orElseThrow().maxAbs()).isLessThan(1e-4);
    }
}
