package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.eval.SegmentationEvaluation;
import io.github.dino4j.eval.SegmentationResult;
import io.github.dino4j.eval.Setup;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.SegmentPredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "segmentation",
        description = "Mean IoU, pixel accuracy and their kin over photos and masks.",
        footer = {
            "",
            "Examples:",
            "  dino4j eval segmentation -m model.pth --head head.pth --classes camvid \\",
            "      --images camvid/test/images --masks camvid/test/labels -o result.json",
            "  dino4j eval segmentation -m model.pth --head head.pth --classes ade20k --scales 1,1.5 --flip \\",
            "      --images ade/images/validation --masks ade/annotations/validation -o result.json",
            "",
            "Masks are palette or grey PNGs that hold class numbers. All files are read before",
            "the first photo is predicted; every bad one is named."
        })
final class EvalSegmentationCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private SegmenterOptions segmenter = new SegmenterOptions();

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Mixin
    private EvaluationOptions evaluation = new EvaluationOptions();

    @Option(names = "--masks", required = true, paramLabel = "FOLDER", description = "The true masks.")
    private Path masks = Path.of("");

    @Option(
            names = "--ignored",
            paramLabel = "LABEL",
            description = "Number of pixels that do not count (default: that of the class list, mostly 255).")
    private Optional<Integer> ignored = Optional.empty();

    @Option(
            names = "--zero-is-unlabelled",
            description = "Masks number the classes from 1, 0 does not count; ade20k does so by itself.")
    private boolean zeroIsUnlabelled;

    @Override
    public Integer call() throws IOException {
        segmenter.check(console);
        DataSet set = evaluation.set(masks);
        try (Dino dino = model.load(console);
                SegmentPredictor predictor = segmenter.load(dino.model(), false, console);
                EvaluationProgress progress = new EvaluationProgress(console, "mIoU")) {
            SegmentationResult result = SegmentationEvaluation.of(
                            predictor, labels(predictor.classes()), Setup.of(predictor))
                    .with(evaluation.rule())
                    .with(decoding.decoder())
                    .run(set, LocalDate.now(ZoneId.systemDefault()), progress);
            progress.close();
            result.writeJson(evaluation.output());
            if (evaluation.json()) {
                console.json(result.toJson());
            } else {
                console.out().print(result.table());
                segmenter.head().conclude(console);
                console.out().println(evaluation.output());
            }
        }
        return ExitCode.OK;
    }

    private ClassList labels(ClassList classes) {
        ClassList list = zeroIsUnlabelled ? classes.withZeroIsUnlabelled(true) : classes;
        return ignored.isPresent() ? list.withIgnored(OptionalInt.of(ignored.get())) : list;
    }
}
