package io.github.dino4j.cli;

import io.github.dino4j.onnx.OnnxCheck;
import io.github.dino4j.onnx.OnnxExporter;
import io.github.dino4j.onnx.OnnxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "onnx",
        description =
                "Write a vision transformer as an ONNX file: normalised pixels in, class, patch and register tokens"
                        + " out. The file is run in ONNX Runtime beside Dino4J and kept only if both agree.",
        footer = {
            "",
            "Examples:",
            "  dino4j onnx -m dinov3_vits16.pth -o vits16.onnx",
            "  dino4j onnx -m dinov2_vitb14.pth -o vitb14.onnx --size 518x784 --operators standard",
            "  dino4j onnx -m vits16-hf/ -o vits16.onnx --dynamic --int8 --json",
            "",
            "Weights beyond 2 GB go into a second file, NAME.data, which has to stay beside the first."
        })
final class OnnxCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Option(
            names = {"-m", "--model-file"},
            required = true,
            paramLabel = "PATH",
            description = "Checkpoint: .pth, .safetensors, or a folder with config.json.")
    private Path checkpoint = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The .onnx file.")
    private Path out = Path.of("");

    @Option(
            names = "--size",
            paramLabel = "N|HxW",
            converter = Size.Converter.class,
            description = "Pixels of the images that the file takes (default: 224).")
    private Optional<Size> size = Optional.empty();

    @Option(names = "--dynamic", description = "Images of any size; positions are computed at each run.")
    private boolean dynamic;

    @Option(
            names = "--int8",
            description =
                    "Weights as int8, activations rounded at each run: a quarter of the size, faster, less exact.")
    private boolean int8;

    @Option(
            names = "--operators",
            description =
                    "onnxruntime: its own attention as well, for ONNX Runtime only; standard: any runtime. Default:"
                            + " ${DEFAULT-VALUE}.")
    private Kind operators = Kind.onnxruntime;

    @Option(names = "--json", description = "What was done as JSON on stdout.")
    private boolean json;

    @Mixin
    private LoadingOptions loading = new LoadingOptions();

    enum Kind {
        onnxruntime(OnnxOptions.Operators.ONNX_RUNTIME),
        standard(OnnxOptions.Operators.STANDARD);

        private final OnnxOptions.Operators operators;

        Kind(OnnxOptions.Operators operators) {
            this.operators = operators;
        }
    }

    @Override
    public Integer call() throws IOException {
        if (dynamic && size.isPresent()) {
            throw console.usage("--size and --dynamic exclude each other: one size, or any");
        }
        Output.checkFile(out);
        loading.applyThreads();
        OnnxOptions options = options();
        OnnxExporter.Result result = OnnxExporter.export(checkpoint, out, options);
        long bytes = 0;
        for (Path file : result.files()) {
            bytes += Files.size(file);
        }
        if (json) {
            console.json(json(result, options, bytes));
        } else {
            console.note(result.metadata().get("title") + ", licence of the weights: "
                    + result.metadata().get("licence"));
            console.note("normalise pixels by mean " + result.metadata().get("mean") + " and deviation "
                    + result.metadata().get("std"));
            result.report().ifPresent(report -> console.note(report.toString()));
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%s: %.1f MB, %s, %s pixels%s",
                            out,
                            bytes / 1e6,
                            int8 ? "int8" : "float32",
                            pixels(options),
                            result.files().size() > 1
                                    ? "; keep " + result.files().get(1) + " beside it"
                                    : ""));
        }
        return ExitCode.OK;
    }

    private OnnxOptions options() {
        OnnxOptions options = OnnxOptions.DEFAULT
                .with(loading.options())
                .with(operators.operators)
                .with(int8 ? OnnxOptions.Precision.INT8_DYNAMIC : OnnxOptions.Precision.FLOAT32);
        if (dynamic) {
            return options.withDynamicSize();
        }
        return size.isPresent()
                ? options.withSize(size.get().height(), size.get().width())
                : options;
    }

    private static String pixels(OnnxOptions options) {
        return options.size() instanceof OnnxOptions.Size.Fixed fixed
                ? fixed.height() + "x" + fixed.width()
                : "any number of";
    }

    private static Map<String, Object> json(OnnxExporter.Result result, OnnxOptions options, long bytes) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("files", result.files().stream().map(Path::toString).toList());
        map.put("bytes", bytes);
        if (options.size() instanceof OnnxOptions.Size.Fixed fixed) {
            map.put("size", List.of(fixed.height(), fixed.width()));
        } else {
            map.put("size", "dynamic");
        }
        map.put("precision", options.precision().name());
        map.put("operators", options.operators().name());
        map.put("metadata", result.metadata());
        result.report().ifPresent(report -> map.put("check", check(report)));
        return map;
    }

    private static Map<String, Object> check(OnnxCheck.Report report) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("maxAbs", report.maxAbs());
        map.put("worstTokenCosine", report.worstToken());
        map.put("outputs", report.differences());
        return map;
    }
}
