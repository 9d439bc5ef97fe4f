package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.backbone.TensorFlow;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmenterFlowTest {
    @Test
    void hasTheShapesOfTheArticle() {
        TensorFlow flow = SegmenterFlow.article(4, 512, 512);

        assertThat(flow.input()).containsExactly(4L, 3L, 512L, 512L);
        // The spatial prior: c1 stays a map, the others become tokens.
        assertThat(shapes(flow, "adapter.spm.fc1 (c1)")).containsExactly(shape(4, 1024, 128, 128));
        assertThat(shapes(flow, "adapter.spm.fc2 (c2)")).containsExactly(shape(4, 1024, 64, 64));
        assertThat(shapes(flow, "adapter.spm.fc3 (c3)")).containsExactly(shape(4, 1024, 32, 32));
        assertThat(shapes(flow, "adapter.spm.fc4 (c4)")).containsExactly(shape(4, 1024, 16, 16));
        assertThat(shapes(flow, "adapter.tokens (c2)")).containsExactly(shape(4, 4096, 1024));
        assertThat(shapes(flow, "adapter.tokens (c3)")).containsExactly(shape(4, 1024, 1024));
        assertThat(shapes(flow, "adapter.tokens (c4)")).containsExactly(shape(4, 256, 1024));
        // Four layers of ViT-L and four interactions.
        for (int layer : new int[] {4, 11, 17, 23}) {
            assertThat(shapes(flow, "backbone.layer." + layer + " (patch tokens)"))
                    .containsExactly(shape(4, 1024, 1024));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(shapes(flow, "adapter.interactions." + i + " (c)")).containsExactly(shape(4, 5376, 1024));
        }
        assertThat(shapes(flow, "adapter.norm1 (f1)")).containsExactly(shape(4, 1024, 128, 128));
        assertThat(shapes(flow, "adapter.norm2 (f2)")).containsExactly(shape(4, 1024, 64, 64));
        assertThat(shapes(flow, "adapter.norm3 (f3)")).containsExactly(shape(4, 1024, 32, 32));
        assertThat(shapes(flow, "adapter.norm4 (f4)")).containsExactly(shape(4, 1024, 16, 16));
        // The pixel decoder: six layers, mask features, four levels.
        for (int i = 0; i < 6; i++) {
            assertThat(shapes(flow, "fusion.encoder.encoder.layers." + i)).containsExactly(shape(4, 5376, 2048));
        }
        assertThat(shapes(flow, "fusion.mask_feature")).containsExactly(shape(4, 2048, 128, 128));
        assertThat(shapes(flow, "fusion.multi_scale (features[0])")).containsExactly(shape(4, 2048, 128, 128));
        assertThat(shapes(flow, "fusion.multi_scale (features[1])")).containsExactly(shape(4, 2048, 64, 64));
        assertThat(shapes(flow, "fusion.multi_scale (features[2])")).containsExactly(shape(4, 2048, 32, 32));
        assertThat(shapes(flow, "fusion.multi_scale (features[3])")).containsExactly(shape(4, 2048, 16, 16));
        // The FPN decoder.
        assertThat(shapes(flow, "decoder.conv1")).containsExactly(shape(4, 256, 16, 16));
        assertThat(shapes(flow, "decoder.conv2")).containsExactly(shape(4, 128, 16, 16));
        assertThat(shapes(flow, "decoder.upsample"))
                .containsExactly(shape(4, 128, 32, 32), shape(4, 64, 64, 64), shape(4, 42, 64, 64));
        assertThat(shapes(flow, "decoder.inter_conv1")).containsExactly(shape(4, 128, 32, 32));
        assertThat(shapes(flow, "decoder.conv3")).containsExactly(shape(4, 64, 32, 32));
        assertThat(shapes(flow, "decoder.inter_conv2")).containsExactly(shape(4, 64, 64, 64));
        assertThat(shapes(flow, "decoder.conv4")).containsExactly(shape(4, 42, 64, 64));
        assertThat(shapes(flow, "decoder.inter_conv3")).containsExactly(shape(4, 42, 64, 64));
        assertThat(shapes(flow, "decoder.conv5")).containsExactly(shape(4, 1, 64, 64));
        assertThat(shapes(flow, "resize")).containsExactly(shape(4, 1, 512, 512));
    }

    @Test
    void refusesSidesThatTheAdapterCannotHalve() {
        assertThatThrownBy(() -> SegmenterFlow.article(1, 500, 512))
                .hasMessageContaining("multiples of 32 pixels, not 500 x 512");
    }

    private static List<List<Long>> shapes(TensorFlow flow, String stage) {
        return flow.stages().stream()
                .filter(s -> s.name().equals(stage))
                .map(TensorFlow.Stage::shape)
                .toList();
    }

    private static List<Long> shape(long... sizes) {
        return java.util.Arrays.stream(sizes).boxed().toList();
    }
}
