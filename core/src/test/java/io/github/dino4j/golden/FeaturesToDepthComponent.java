package io.github.dino4j.golden;

import io.github.dino4j.depth.DepthRange;
import io.github.dino4j.depth.FeaturesToDepth;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.GoldenCase;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** DINOv3's FeaturesToDepth; the names of the outputs say which bins and which weighting. */
final class FeaturesToDepthComponent implements GoldenComponent {
    private static final Pattern OUTPUT = Pattern.compile("out_(linear|log|chmv2_mixlog)_(\\w+)");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().endsWith("FeaturesToDepth");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        DepthRange range = OfficialDepth.values(golden.config()).range();
        try (Scope scope = Scope.inference()) {
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            for (GoldenCase.Output output : golden.outputs()) {
                Matcher name = OUTPUT.matcher(output.name());
                check.expect(
                        output.name(),
                        name.matches()
                                ? new FeaturesToDepth(
                                                range,
                                                OfficialDepth.spacing(name.group(1)),
                                                OfficialDepth.weighting(name.group(2)))
                                        .forward(x)
                                : FeaturesToDepth.linear(range.min(), range.max())
                                        .forward(x.narrow(1, 0, 1)));
            }
        }
    }
}
