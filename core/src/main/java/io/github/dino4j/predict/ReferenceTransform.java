package io.github.dino4j.predict;

import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.ResizePath;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Preprocessing;

/** How a reference prepares images for a model, always with the model's own mean and deviation. */
final class ReferenceTransform {
    private ReferenceTransform() {}

    static Transform of(Checkpoint checkpoint, BackboneConfig config, Identity identity, Reference reference) {
        Transform transform = reference == Reference.META
                ? meta(config)
                : checkpoint
                        .hints()
                        .preprocessing()
                        .map(p -> stated(p, reference))
                        .orElseGet(() -> meta(config));
        return transform.withNormalisation(identity.normalisation());
    }

    /** v1, v2: shorter side 256 bicubic, centre crop 224. v3: both sides 256, bilinear (README). */
    private static Transform meta(BackboneConfig config) {
        boolean v3 = config instanceof ConvNextConfig
                || (config instanceof VitConfig vit && vit.position() instanceof Position.Rope);
        return v3 ? Transform.dinoV3() : Transform.dinoV2Eval();
    }

    /** As preprocessor_config.json or timm's config.json says. */
    private static Transform stated(Preprocessing p, Reference reference) {
        Sizing.Scaling scaling = p.resize().map(ReferenceTransform::scaling).orElse(new Sizing.AsIs());
        Sizing sizing = scaling;
        if (p.crop().isPresent()) {
            Preprocessing.Crop crop = p.crop().get();
            if (!(scaling instanceof Sizing.ShorterSide shorter) || crop.height() != crop.width()) {
                throw new IllegalArgumentException("the config asks for a crop of " + crop.height() + " x "
                        + crop.width() + " after '" + scaling + "'; only a square crop after a shorter side is known."
                        + " Take the reference meta, or a sizing of your own");
            }
            CropRounding rounding = reference == Reference.TIMM ? CropRounding.HALF_EVEN : CropRounding.FLOOR;
            sizing = new Sizing.ShorterSideThenCrop(
                    shorter.size(), p.crop().get().height(), rounding);
        } else if (p.padToMultiple().isPresent()) {
            sizing = new Sizing.PadToMultiple(p.padToMultiple().getAsInt(), scaling);
        }
        ResizePath path =
                p.order() == Preprocessing.Order.RESCALE_THEN_RESIZE ? ResizePath.TENSOR_FLOAT : ResizePath.PILLOW;
        return new Transform(
                sizing,
                p.resample().map(ReferenceTransform::interpolation).orElse(Interpolation.BICUBIC),
                path,
                io.github.dino4j.image.Normalisation.IMAGENET);
    }

    private static Sizing.Scaling scaling(Preprocessing.Resize resize) {
        return resize instanceof Preprocessing.Resize.Exact exact
                ? new Sizing.Exact(exact.height(), exact.width())
                : new Sizing.ShorterSide(((Preprocessing.Resize.ShorterSide) resize).pixels());
    }

    private static Interpolation interpolation(Preprocessing.Resampling resampling) {
        return switch (resampling) {
            case NEAREST -> Interpolation.NEAREST;
            case LANCZOS -> Interpolation.LANCZOS;
            case BICUBIC -> Interpolation.BICUBIC;
            case BILINEAR -> Interpolation.BILINEAR;
            case BOX, HAMMING ->
                throw new IllegalArgumentException("the config asks for the filter " + resampling
                        + ", which no published model uses and Dino4J lacks");
        };
    }
}
