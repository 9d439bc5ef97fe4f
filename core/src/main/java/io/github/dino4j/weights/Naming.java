package io.github.dino4j.weights;

/** How a checkpoint calls its tensors. Every one has a table in {@link KeyNaming} to the official Meta names. */
public enum Naming {
    OFFICIAL_DINOV1("DINOv1, official (timm uses the same names)"),
    OFFICIAL_DINOV2("DINOv2, official"),
    OFFICIAL_DINOV3("DINOv3, official"),
    OFFICIAL_CONVNEXT("DINOv3 ConvNeXt, official"),
    OFFICIAL_XCIT("DINOv1 XCiT, official"),
    RESNET50("DINOv1 ResNet-50, torchvision names"),
    HF_VIT("DINOv1, Hugging Face (vit)"),
    HF_DINOV2("DINOv2, Hugging Face (dinov2)"),
    HF_DINOV2_REGISTERS("DINOv2 with registers, Hugging Face (dinov2_with_registers)"),
    HF_DINOV3_VIT("DINOv3, Hugging Face (dinov3_vit)"),
    HF_DINOV3_CONVNEXT("DINOv3 ConvNeXt, Hugging Face (dinov3_convnext)"),
    TIMM_DINOV2("DINOv2, timm"),
    TIMM_DINOV2_REGISTERS("DINOv2 with registers, timm (reg4)"),
    TIMM_DINOV3("DINOv3, timm (eva)"),
    TIMM_CONVNEXT("DINOv3 ConvNeXt, timm"),
    TIMM_XCIT("DINOv1 XCiT, timm"),
    /** A head without a backbone: nothing to rename. */
    HEAD_ONLY("a head without a backbone");

    private final String label;

    Naming(String label) {
        this.label = label;
    }

    /** For people: "DINOv3, Hugging Face (dinov3_vit)". */
    public String label() {
        return label;
    }
}
