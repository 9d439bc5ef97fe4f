package io.github.dino4j.detect;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;

/** Conversions, deltas and overlaps of boxes. */
public final class BoxOpsComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov3/eval/detection/util/box_ops.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Scope scope = Scope.inference()) {
            Tensor proposals = input(golden, "proposals");
            Tensor deltas = input(golden, "deltas");
            Tensor boxes = input(golden, "boxes");
            JsonNode shape = golden.config().path("max_shape"); // ([H], [W])
            float height = (float) shape.get(0).get(0).asDouble();
            float width = (float) shape.get(1).get(0).asDouble();
            long[] backwards = new long[(int) proposals.size(0)];
            for (int i = 0; i < backwards.length; i++) {
                backwards[i] = backwards.length - 1L - i;
            }
            Tensor first = Boxes.corners(proposals);
            Tensor second = Boxes.corners(boxes.add(1));

            check.expect("cxcywh_to_xyxy", first);
            check.expect("xyxy_to_cxcywh", Boxes.centred(boxes));
            Tensor limits = Tensor.of(new float[] {width, height, width, height}, 1, 4);
            check.expect("delta2bbox", Boxes.decode(proposals, deltas, limits));
            check.expect("delta2bbox_noclip", Boxes.decode(proposals, deltas.mul(0.1)));
            check.expect("bbox2delta", Boxes.encode(proposals, proposals.rows(backwards)));
            check.expect("boxes1_xyxy", first);
            check.expect("boxes2_xyxy", second);
            check.expect("iou", Boxes.iou(first, second));
            check.expect("giou", Boxes.giou(first, second));
        }
    }

    private static Tensor input(GoldenCase golden, String name) {
        FloatArray values = golden.input(name);
        return Tensor.of(values.values(), values.shape());
    }
}
