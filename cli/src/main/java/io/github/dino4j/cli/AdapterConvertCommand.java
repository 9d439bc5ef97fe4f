package io.github.dino4j.cli;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.LinearLayers;
import io.github.dino4j.lora.FineTuneFactors;
import io.github.dino4j.lora.Lora;
import io.github.dino4j.lora.LoraForm;
import io.github.dino4j.lora.PeftFolder;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Rewrites an adapter. */
@Command(
        name = "convert",
        description =
                "Rewrite an adapter: Dino4J's own file, one of dinov3-finetune, or a folder of Hugging Face's PEFT.",
        footer = {
            "",
            "Examples:",
            "  dino4j adapter convert voc.pt adapter.safetensors",
            "  dino4j adapter convert voc.pt peft/ --to peft --backbone dinov3_vitl16",
            "  dino4j adapter convert adapter.safetensors tuned.safetensors --to finetune --decoder head.safetensors"
        })
final class AdapterConvertCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Parameters(index = "0", paramLabel = "IN", description = "A file, or a folder of PEFT.")
    private Path in = Path.of("");

    @Parameters(index = "1", paramLabel = "OUT", description = "A .safetensors file; of PEFT a folder.")
    private Path out = Path.of("");

    @Option(names = "--to", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private LoraForm to = LoraForm.DINO4J;

    @Option(
            names = "--backbone",
            paramLabel = "NAME",
            description = "The model it was trained on ('dino4j models'), where the adapter does not say.")
    private Optional<String> backbone = Optional.empty();

    @Option(
            names = "--decoder",
            paramLabel = "FILE",
            description = "A segmentation head to lie beside it in a file of dinov3-finetune (default: that of IN).")
    private Optional<Path> decoder = Optional.empty();

    @Override
    public Integer call() {
        if (decoder.isPresent() && to != LoraForm.FINETUNE) {
            throw console.usage("--decoder is for --to finetune; the other forms hold an adapter alone");
        }
        if (to != LoraForm.PEFT && !out.toString().endsWith(".safetensors")) {
            throw console.usage(out + ": only safetensors are written; name the file .safetensors");
        }
        Optional<BackboneConfig> config =
                backbone.map(name -> BackboneCatalog.get(name).config());
        Lora read = config.isPresent() ? Lora.read(in, LinearLayers.of(config.get())) : Lora.read(in);
        Lora lora = backbone.map(read::of).orElse(read);
        config.ifPresent(c -> lora.requireFits(backbone.orElse(""), LinearLayers.of(c)));
        StateDict beside = LoraForm.of(in) == LoraForm.FINETUNE
                ? FineTuneFactors.read(in, Checkpoints.tensors(in)).rest()
                : StateDict.empty();
        switch (to) {
            case DINO4J -> lora.write(out, Map.of());
            case FINETUNE ->
                FineTuneFactors.write(
                        lora, out, decoder.map(Checkpoints::tensors).orElse(beside));
            case PEFT -> PeftFolder.write(lora, out, LinearLayers.peftNames(config.orElseGet(() -> stated(lora))));
        }
        if (!beside.isEmpty() && to != LoraForm.FINETUNE) {
            console.note("note: the decoder of " + in + " stays behind ("
                    + String.join(", ", beside.names().subList(0, Math.min(4, beside.size())))
                    + "); this form holds an adapter alone");
        }
        console.out().println(out + ": " + lora + ", " + lora.parameters() + " parameters");
        return ExitCode.OK;
    }

    private BackboneConfig stated(Lora lora) {
        return lora.backbone()
                .flatMap(BackboneCatalog::find)
                .orElseThrow(() -> console.usage("PEFT names the layers as the model's library does, and this adapter"
                        + " does not say which model it is for; name it with --backbone ('dino4j models')"))
                .config();
    }
}
