package io.github.dino4j.golden;

import io.github.dino4j.depth.DepthLoss;
import io.github.dino4j.depth.GradientLoss;
import io.github.dino4j.depth.SigLoss;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;

/** DINOv3's depth losses and their gradients. Targets that are no measurement stay as they are: the mask tells. */
final class DepthLossComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov3/eval/depth/loss.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        int warmUp = golden.config().path("warm_iter").asInt(SigLoss.WARM_UP_CALLS);
        for (GoldenCase.Output output : golden.outputs()) {
            if (!output.name().startsWith("loss_")) {
                continue;
            }
            String name = output.name().substring("loss_".length());
            try (Scope scope = Scope.open()) {
                Tensor prediction =
                        BackboneComponent.tensor(golden.input("pred")).learn();
                Tensor target = BackboneComponent.tensor(golden.input("gt"));
                Tensor valid = BackboneComponent.mask(golden.input("valid_mask"));
                Tensor loss = loss(name, warmUp).forward(prediction, target, valid);
                loss.backward();
                check.expect(output.name(), loss);
                check.expect("grad_" + name, prediction.grad());
            }
        }
    }

    private static DepthLoss loss(String name, int warmUp) {
        return switch (name) {
            case "sigloss_warm" -> new SigLoss(warmUp);
            case "sigloss" -> new SigLoss(0);
            case "gradient" -> GradientLoss.ofMetres();
            case "gradient_log" -> GradientLoss.ofLogarithms();
            case "multi" -> new SigLoss(warmUp).plus(0.5, GradientLoss.ofLogarithms());
            case "l1" -> DepthLoss.l1();
            default -> throw new AssertionError("no loss is called " + name);
        };
    }
}
