package io.github.dino4j.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Whose transform a checkpoint gets. */
class ReferenceTransformTest {
    private static final Path HUB = Path.of("src/test/resources/golden/hub");

    private static Transform transform(String folder, Reference reference) {
        try (Model model = Model.load(HUB.resolve(folder), LoadOptions.DEFAULT.withReference(reference))) {
            return model.card().transform();
        }
    }

    @Test
    void metaPreparesV3ByItsReadmeAndV2ByItsEvaluation() {
        assertThat(transform("hf_dinov3_vit", Reference.META)).isEqualTo(Transform.dinoV3());
        assertThat(transform("hf_dinov2", Reference.META)).isEqualTo(Transform.dinoV2Eval());
    }

    @Test
    void huggingFaceFollowsItsPreprocessorConfig() {
        Transform v3 = transform("hf_dinov3_vit", Reference.HUGGING_FACE);
        Transform v2 = transform("hf_dinov2", Reference.HUGGING_FACE);

        assertThat(v3.path()).isEqualTo(ResizePath.TENSOR_FLOAT);
        assertThat(v3.interpolation()).isEqualTo(Interpolation.BILINEAR);
        assertThat(v2.path()).isEqualTo(ResizePath.PILLOW);
        assertThat(((Sizing.ShorterSideThenCrop) v2.sizing()).rounding()).isEqualTo(CropRounding.FLOOR);
    }

    @Test
    void timmFollowsItsPretrainedConfig() {
        Transform v2 = transform("timm_dinov2", Reference.TIMM);

        assertThat(v2.interpolation()).isEqualTo(Interpolation.BICUBIC);
        assertThat(((Sizing.ShorterSideThenCrop) v2.sizing()).rounding()).isEqualTo(CropRounding.HALF_EVEN);
        assertThat(((Sizing.ShorterSideThenCrop) v2.sizing()).crop()).isEqualTo(70);
    }
}
