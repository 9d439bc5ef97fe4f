package io.github.dino4j.cli;

import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneCatalog.Entry;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.predict.Identity;
import io.github.dino4j.segment.SegmenterFlow;
import io.github.dino4j.visual.FlowChart;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "info",
        description = "Tell what a checkpoint or a published model is: configuration, licence, and every stage with its"
                + " output shape, parameters and FLOPs. Weights are not read, only their shapes.",
        footer = {
            "",
            "Examples:",
            "  dino4j info dinov3_vits16",
            "  dino4j info model.pth --batch 8 --size 518x784 --svg flow.svg",
            "  dino4j info model.safetensors --explain --json",
            "  dino4j info segmentor-article --size 512 --batch 4 --svg flow.svg"
        })
final class InfoCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    /** The reference pipeline of segmentation, which has no file. */
    private static final String ARTICLE = "segmentor-article";

    @Parameters(
            paramLabel = "MODEL",
            description = "A checkpoint file or folder, a name of 'dino4j models', or " + ARTICLE
                    + " (ViT-L/16, adapter, deformable pixel decoder, FPN decoder).")
    private String what = "";

    @Option(names = "--batch", paramLabel = "B", description = "Images at once (default: ${DEFAULT-VALUE}).")
    private int batch = 1;

    @Option(
            names = "--size",
            paramLabel = "N|HxW",
            converter = Size.Converter.class,
            description = "Pixels of the images (default: as the model's evaluation).")
    private Optional<Size> size = Optional.empty();

    @Option(names = "--part", paramLabel = "KEY", description = "Part of a training checkpoint (default: teacher).")
    private Optional<String> part = Optional.empty();

    @Option(names = "--heads", paramLabel = "N", description = "Attention heads, where the file does not tell.")
    private Optional<Integer> heads = Optional.empty();

    @Option(names = "--explain", description = "Also what was renamed, split or joined, and what was left over.")
    private boolean explain;

    @Option(names = "--json", description = "Everything, as JSON.")
    private boolean json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw the tensor flow as a chart.")
    private Optional<Path> svg = Optional.empty();

    /** What is asked about: a file, or an entry of the catalogue. */
    private record Subject(
            String title, BackboneConfig config, List<Entry> published, Optional<Checkpoint> checkpoint) {}

    @Override
    public Integer call() throws IOException {
        if (batch < 1) {
            throw console.usage("--batch must be at least 1, found " + batch);
        }
        if (what.equals(ARTICLE)) {
            return article();
        }
        Subject subject = subject();
        Size pixels = size.orElseGet(() -> Size.square(subject.published().stream()
                .map(Entry::size)
                .findFirst()
                .orElse(16 * subject.config().patch())));
        TensorFlow flow = TensorFlow.of(subject.config(), batch, pixels.height(), pixels.width());
        if (svg.isPresent()) {
            Output.text(svg.get(), FlowChart.svg(flow, subject.title()));
            console.note("chart: " + svg.get());
        }
        if (json) {
            console.json(json(subject, flow));
        } else {
            text(subject, flow);
        }
        return ExitCode.OK;
    }

    private int article() throws IOException {
        Size pixels = size.orElse(Size.square(512));
        if (pixels.height() % 32 != 0 || pixels.width() % 32 != 0) {
            throw console.usage("--size of " + ARTICLE + " must be multiples of 32 pixels, found " + pixels.height()
                    + "x" + pixels.width());
        }
        TensorFlow flow = SegmenterFlow.article(batch, pixels.height(), pixels.width());
        String title = "article: segmentation by ViT-L/16, adapter, deformable pixel decoder and FPN decoder";
        if (svg.isPresent()) {
            Output.text(svg.get(), FlowChart.svg(flow, title));
            console.note("chart: " + svg.get());
        }
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("title", title);
            map.put("parameters", flow.parameters());
            map.put("flow", flow(flow));
            console.json(map);
        } else {
            line("model", title);
            line("parameters", String.format(Locale.ROOT, "%,d", flow.parameters()));
            console.out().println();
            console.out().print(FlowChart.text(flow));
            console.out().flush();
        }
        return ExitCode.OK;
    }

    private Subject subject() {
        Optional<Entry> entry = BackboneCatalog.find(what);
        if (!Files.exists(Path.of(what))) {
            Entry known = entry.orElseThrow(() -> console.usage("'" + what
                    + "' is neither a file nor a published model. Check the path; 'dino4j models' lists the names."));
            return new Subject(known.title(), known.config(), List.of(known), Optional.empty());
        }
        Checkpoint checkpoint = Checkpoints.open(Path.of(what), new Checkpoints.Options(part));
        BackboneConfig config =
                Architecture.of(checkpoint, heads.map(OptionalInt::of).orElse(OptionalInt.empty()));
        List<Entry> candidates = Identity.candidates(checkpoint, config);
        String title = candidates.isEmpty()
                ? BackboneCatalog.describe(config)
                : candidates.get(0).title();
        return new Subject(title, config, candidates, Optional.of(checkpoint));
    }

    private void text(Subject subject, TensorFlow flow) {
        line("model", subject.title());
        line("shape", BackboneCatalog.describe(subject.config()));
        line("parameters", String.format(Locale.ROOT, "%,d", flow.parameters()));
        subject.checkpoint().ifPresent(this::text);
        if (subject.published().isEmpty()) {
            line("published", "no model of this shape");
        }
        for (Entry entry : subject.published()) {
            line(
                    subject.published().size() > 1 ? "fits" : "published",
                    entry.name()
                            + entry.data().map(data -> ", " + data).orElse("")
                            + entry.file().map(file -> ", as " + file).orElse(", weights not published"));
            line("licence", entry.licence());
            line("normalise", "mean " + entry.mean() + ", deviation " + entry.std());
        }
        if (subject.published().size() > 1) {
            line("", "these share every tensor; --model NAME tells the other commands which one it is");
        }
        console.out().println();
        console.out().print(FlowChart.text(flow));
        console.out().flush();
    }

    private void text(Checkpoint checkpoint) {
        line("file", checkpoint.path() + ", " + checkpoint.container().label());
        line("naming", checkpoint.naming().label());
        line("stored", stored(checkpoint).toString());
        if (!checkpoint.extras().isEmpty()) {
            line("apart", checkpoint.extras().size() + " tensors of no backbone, such as heads");
        }
        checkpoint.explanation().warnings().forEach(warning -> line("warning", warning));
        if (explain) {
            console.out().println();
            console.out().println(checkpoint.explanation().toString().stripTrailing());
        }
    }

    private void line(String label, String text) {
        console.out().println(String.format("%-12s%s", label, text));
    }

    /** How many tensors of which element type. */
    private static Map<String, Long> stored(Checkpoint checkpoint) {
        Map<String, Long> counts = new TreeMap<>();
        for (StoredTensor tensor : checkpoint.weights().tensors().values()) {
            counts.merge(tensor.dtype().name(), 1L, Long::sum);
        }
        return counts;
    }

    private Map<String, Object> json(Subject subject, TensorFlow flow) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("title", subject.title());
        map.put("config", Described.config(subject.config()));
        map.put("parameters", flow.parameters());
        subject.checkpoint().ifPresent(checkpoint -> {
            Map<String, Object> file =
                    new LinkedHashMap<>(checkpoint.explanation().toMap());
            file.put("stored", stored(checkpoint));
            file.put("bytes", checkpoint.weights().bytes());
            file.put("metadata", checkpoint.metadata());
            map.put("file", file);
        });
        map.put(
                "published",
                subject.published().stream().map(Described::catalogue).toList());
        map.put("flow", flow(flow));
        return map;
    }

    private static Map<String, Object> flow(TensorFlow flow) {
        Map<String, Object> tensors = new LinkedHashMap<>();
        tensors.put("input", flow.input());
        tensors.put("macs", flow.macs());
        tensors.put("flops", 2 * flow.macs());
        tensors.put(
                "stages",
                flow.stages().stream()
                        .map(stage -> Map.of(
                                "name", stage.name(),
                                "shape", stage.shape(),
                                "parameters", stage.parameters(),
                                "flops", 2 * stage.macs()))
                        .toList());
        return tensors;
    }
}
