package io.github.dino4j.cli;

import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraForm;
import io.github.dino4j.lora.LoraSpec;
import io.github.dino4j.lora.Target;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what an adapter is. */
@Command(
        name = "inspect",
        description = "Tell an adapter's rank, scaling, targets, blocks and size.",
        footer = {
            "",
            "Examples:",
            "  dino4j adapter inspect adapter.safetensors",
            "  dino4j adapter inspect peft-folder/"
        })
final class AdapterInspectCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Parameters(index = "0", paramLabel = "ADAPTER", description = "A file, or a folder of PEFT.")
    private Path file = Path.of("");

    @Option(names = "--json", description = "The same as JSON on stdout.")
    private boolean json;

    @Override
    public Integer call() {
        Lora lora = Lora.read(file);
        LoraSpec spec = lora.spec();
        List<String> targets = spec.targets().stream().map(Target::label).toList();
        long blocks = lora.factors().keySet().stream()
                .map(key -> key.substring(0, key.lastIndexOf('.')))
                .distinct()
                .count();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("form", LoraForm.of(file).toString());
        map.put("backbone", lora.backbone().orElse("not said"));
        map.put("rank", spec.rank());
        map.put("alpha", spec.alpha().isPresent() ? (Object) spec.alpha().getAsDouble() : "none");
        map.put("scaling", spec.scaling());
        map.put("dropout", spec.dropout());
        map.put("targets", targets);
        map.put("blocks", spec.blocks().text() + " (" + blocks + ")");
        map.put("matrices", 2 * lora.factors().size());
        map.put("parameters", lora.parameters());
        if (json) {
            console.json(map);
        } else {
            map.forEach((name, value) -> console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%-11s %s",
                            name,
                            value instanceof List<?> list
                                    ? String.join(
                                            ", ",
                                            list.stream().map(String::valueOf).toList())
                                    : value)));
        }
        return ExitCode.OK;
    }
}
