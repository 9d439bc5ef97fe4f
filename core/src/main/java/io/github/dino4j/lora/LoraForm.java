package io.github.dino4j.lora;

import io.github.dino4j.nn.LinearShape;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.StateDict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Forms in which adapters lie in files. */
public enum LoraForm {
    /** Dino4J's: one safetensors file that says all about itself. */
    DINO4J("dino4j") {
        @Override
        Lora read(Path path, List<LinearShape> layers) {
            return LoraFile.read(path);
        }
    },
    /** dinov3-finetune's: {@code w_a_000}, {@code w_b_000}, ..., beside a decoder. */
    FINETUNE("finetune") {
        @Override
        Lora read(Path path, List<LinearShape> layers) {
            return FineTuneFactors.read(path, Checkpoints.tensors(path)).lora();
        }
    },
    /** Hugging Face PEFT's: a folder with adapter_config.json and adapter_model.safetensors. */
    PEFT("peft") {
        @Override
        Lora read(Path path, List<LinearShape> layers) {
            return PeftFolder.read(Files.isDirectory(path) ? path : path.resolveSibling(Path.of("")), layers);
        }
    };

    private final String label;

    LoraForm(String label) {
        this.label = label;
    }

    /** Reads a file or folder of this form. */
    abstract Lora read(Path path, List<LinearShape> layers);

    /**
     * The form of a file or folder, told by its content.
     *
     * @throws CheckpointException if it is none of the three
     */
    public static LoraForm of(Path path) {
        if (Files.isDirectory(path)) {
            if (Files.exists(path.resolve(PeftFolder.CONFIG))) {
                return PEFT;
            }
            throw new CheckpointException(path + ": no " + PeftFolder.CONFIG + " is in this folder, which PEFT writes"
                    + " beside the weights. Name PEFT's folder, or the file of an adapter.");
        }
        StateDict tensors = Checkpoints.tensors(path);
        if (LoraFile.isOurs(path)) {
            return DINO4J;
        }
        if (FineTuneFactors.in(tensors)) {
            return FINETUNE;
        }
        if (tensors.names().stream().anyMatch(name -> name.contains(".lora_A."))) {
            if (Files.exists(path.resolveSibling(PeftFolder.CONFIG))) {
                return PEFT;
            }
            throw new CheckpointException(path + ": these are the weights of a PEFT adapter; their scaling stands in "
                    + PeftFolder.CONFIG + ", which is missing beside them. Put it there, and name the folder.");
        }
        throw new CheckpointException(path + ": no LoRA adapter is in it; it is a " + tensors
                + ". Known are Dino4J's own files, those of dinov3-finetune (w_a_000, ...), and folders of PEFT.");
    }

    @Override
    public String toString() {
        return label;
    }
}
