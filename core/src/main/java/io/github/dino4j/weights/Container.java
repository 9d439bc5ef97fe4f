package io.github.dino4j.weights;

/** What kind of file the tensors came from. */
public enum Container {
    SAFETENSORS("safetensors file"),
    SAFETENSORS_SHARDS("safetensors in several files"),
    TORCH_ZIP("torch.save file (zip)"),
    TORCH_LEGACY("torch.save file (legacy)"),
    TORCH_SHARDS("torch.save in several files");

    private final String label;

    Container(String label) {
        this.label = label;
    }

    /** For people: "torch.save file (zip)". */
    public String label() {
        return label;
    }
}
