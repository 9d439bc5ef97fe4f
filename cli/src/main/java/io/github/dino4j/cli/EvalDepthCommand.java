package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.depth.DepthPredictor;
import io.github.dino4j.depth.DepthProtocol;
import io.github.dino4j.eval.DepthEvaluation;
import io.github.dino4j.eval.DepthResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "depth",
        description = "abs_rel, rmse, delta and their kin over photos and measured depth.",
        footer = {
            "",
            "Examples:",
            "  dino4j eval depth -m dinov2_vits14.pth --head dinov2_vits14_nyu_dpt_head.pth --flip \\",
            "      --images nyu/images --depth nyu/depth --metres-per-unit 0.001 --protocol nyu -o result.json",
            "  dino4j eval depth -m model.pth --head head.pth --preset nyu --images livingroom/color \\",
            "      --depth livingroom/depth --metres-per-unit 0.001 --protocol full -o result.json",
            "",
            "Depth is a 16-bit PNG or TIFF in units, or a .npy or TIFF of floats in metres; 0 is no",
            "measurement. All files are read before the first photo is predicted."
        })
final class EvalDepthCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private DepthHeadOptions head = new DepthHeadOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private EvaluationOptions evaluation = new EvaluationOptions();

    @Option(names = "--depth", required = true, paramLabel = "FOLDER", description = "The measured depth.")
    private Path depth = Path.of("");

    @Option(
            names = "--metres-per-unit",
            required = true,
            paramLabel = "M",
            description = "Metres of one step of 16-bit files: 0.001 for millimetres (NYU, ICL-NUIM), 0.0002 for TUM,"
                    + " 0.00390625 for KITTI. Files of floats do not use it.")
    private double metresPerUnit;

    @Option(
            names = "--protocol",
            required = true,
            description = {
                "What is compared, ${COMPLETION-CANDIDATES}:",
                "nyu: 0.001 to 10 m inside of Eigen's crop",
                "kitti: 0.001 to 80 m inside of Garg's crop; kitti-eigen: inside of Eigen's",
                "full: 0.001 to 10 m, the whole image"
            })
    private Rules protocol = Rules.FULL;

    @Option(
            names = "--max-depth",
            paramLabel = "METRES",
            description = "In place of the protocol's; greater depths are not compared.")
    private Optional<Double> maxDepth = Optional.empty();

    @Option(
            names = "--align",
            description = "What is forgiven: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}; the others are for"
                    + " models that know no metres, and make figures that cannot be compared with it).")
    private Forgiven align = Forgiven.NONE;

    enum Rules {
        NYU("nyu"),
        KITTI("kitti"),
        KITTI_EIGEN("kitti-eigen"),
        FULL("full");

        private final String label;

        Rules(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    enum Forgiven {
        NONE("none", DepthProtocol.Alignment.NONE),
        MEDIAN("median", DepthProtocol.Alignment.MEDIAN_SCALE),
        SCALE_AND_SHIFT("scale-and-shift", DepthProtocol.Alignment.SCALE_AND_SHIFT);

        private final String label;
        private final DepthProtocol.Alignment alignment;

        Forgiven(String label, DepthProtocol.Alignment alignment) {
            this.label = label;
            this.alignment = alignment;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    @Override
    public Integer call() throws IOException {
        head.check(console);
        DepthProtocol rules = rules();
        DataSet set = evaluation.set(depth);
        try (Dino dino = model.load(console);
                DepthPredictor predictor = head.load(dino.model(), console);
                EvaluationProgress progress = new EvaluationProgress(console, "abs_rel")) {
            DepthResult result = DepthEvaluation.of(predictor, rules, metresPerUnit)
                    .with(evaluation.rule())
                    .with(decoding.decoder())
                    .run(set, LocalDate.now(ZoneId.systemDefault()), progress);
            progress.close();
            result.writeJson(evaluation.output());
            if (evaluation.json()) {
                console.json(result.toJson());
            } else {
                console.out().print(result.table());
                head.head().conclude(console);
                console.out().println(evaluation.output());
            }
        }
        return ExitCode.OK;
    }

    private DepthProtocol rules() {
        DepthProtocol rules = switch (protocol) {
            case NYU -> DepthProtocol.NYU;
            case KITTI -> DepthProtocol.KITTI;
            case KITTI_EIGEN -> DepthProtocol.KITTI.with(DepthProtocol.Crop.KITTI_EIGEN);
            case FULL -> DepthProtocol.NYU.with(DepthProtocol.Crop.FULL);
        };
        return new DepthProtocol(rules.minDepth(), maxDepth.orElse(rules.maxDepth()), rules.crop(), align.alignment);
    }
}
