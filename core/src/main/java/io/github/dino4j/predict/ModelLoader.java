package io.github.dino4j.predict;

import io.github.dino4j.backbone.Architecture;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.backbone.Int8Calibration;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.DepthNormalisation;
import io.github.dino4j.image.Transform;
import io.github.dino4j.nn.CheckpointParameters;
import io.github.dino4j.nn.CheckpointParameters.Storage;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Int8Plan;
import io.github.dino4j.nn.NamedParameters;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Naming;
import io.github.dino4j.weights.StateDict;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** From a file to a {@link Model}: open, recognise, build, check. */
final class ModelLoader {
    /** Beginnings of the names of published heads, which may lie beside a backbone. */
    private static final List<String> HEADS = List.of(
            "head.",
            "fc.",
            "classifier.",
            "linear_head.",
            "decode_head.",
            "neck.",
            "dino_head.",
            "ibot_head.",
            "gram_",
            "pooler.",
            "projector.",
            "predictor.",
            "text_model.",
            "logit_scale");

    private ModelLoader() {}

    static Model load(Path path, LoadOptions options) {
        options.model()
                .ifPresent(BackboneCatalog::get); // a name that nobody has is the caller's mistake, not the file's
        try {
            return build(path, options);
        } catch (PrecisionException e) {
            throw e;
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
            // Shapes and configs that no check of ours foresaw: the message must name the file all the same.
            throw new CheckpointException(
                    path + ": its tensors or config files do not fit together: " + e.getMessage(), e);
        }
    }

    private static Model build(Path path, LoadOptions options) {
        Checkpoints.Options open = Checkpoints.Options.DEFAULT;
        if (options.part().isPresent()) {
            open = open.withTopLevel(options.part().get());
        }
        Checkpoint file = Checkpoints.open(path, open);
        Checkpoint checkpoint = options.depth().map(fusion -> fusion.onto(file)).orElse(file);
        BackboneConfig config =
                asReference(Architecture.of(checkpoint, options.heads()), checkpoint, options.reference());
        Identity identity = Identity.of(checkpoint, config, options);
        requireKnownActivation(checkpoint, config);
        StateDict weights = recomputesPeriods(options)
                ? checkpoint.weights().select(name -> !name.equals("rope_embed.periods"))
                : checkpoint.weights();

        Storage storage = storage(options, config, weights);
        Optional<Precision> packed = precision(options, storage, config);
        Arena arena = new Arena();
        try (Scope scope = Scope.inference();
                CheckpointParameters source =
                        new CheckpointParameters(weights, arena, packed.isPresent() ? Storage.COPIED : storage)) {
            NamedParameters named = new NamedParameters(source);
            Parameters parameters =
                    parameters(config, packed, named, keep -> new CheckpointParameters(weights, keep, Storage.COPIED));
            Backbone backbone = Backbone.of(config, parameters);
            source.finish(path, identity.title(), unknown(checkpoint));
            boolean addedDepth = config.readsDepth()
                    && !Architecture.of(file, options.heads()).readsDepth();
            ModelCard card = card(checkpoint, config, identity, source, options, addedDepth);
            return new Model(card, backbone, packed, parameters, named.tensors(), arena);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /** Another activation than the published models' would give plausible and wrong features. */
    private static void requireKnownActivation(Checkpoint checkpoint, BackboneConfig config) {
        String found = checkpoint.hints().activation().orElse("");
        if (config instanceof VitConfig vit
                && vit.ffn() instanceof Ffn.Mlp
                && !found.isEmpty()
                && !found.equals("gelu")) {
            throw new CheckpointException(checkpoint.path() + ": config.json says hidden_act '" + found
                    + "'; every published DINO model of this kind has gelu, and Dino4J computes no other. If the weights"
                    + " are a published model's, correct config.json.");
        }
    }

    /**
     * Tensors beside the backbone's, under its own prefix, that belong to no head either. To leave them out without a
     * word would load another model than the file holds.
     */
    private static List<String> unknown(Checkpoint checkpoint) {
        String prefix = checkpoint.explanation().prefix();
        return checkpoint.extras().names().stream()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> HEADS.stream().noneMatch(head -> name.startsWith(prefix + head)))
                .toList();
    }

    private static ModelCard card(
            Checkpoint checkpoint,
            BackboneConfig config,
            Identity identity,
            CheckpointParameters source,
            LoadOptions options,
            boolean addedDepth) {
        List<String> warnings = new ArrayList<>(checkpoint.explanation().warnings());
        warnings.addAll(identity.warnings());
        Transform transform = ReferenceTransform.of(checkpoint, config, identity, options.reference());
        String title = identity.title();
        if (config.readsDepth()) {
            warnings.addAll(depthWarnings(checkpoint, addedDepth));
            transform =
                    transform.withDepth(DepthFusion.normalisation(checkpoint).orElse(DepthNormalisation.INDOOR));
            title += identity.entry().isPresent() ? " with depth" : ""; // else it is the shape, which tells
        }
        String explanation = checkpoint.explanation()
                + "  model:   " + identity.name() + ", licence of the weights: " + identity.licence() + "\n"
                + (source.computed().isEmpty()
                        ? ""
                        : "  computed: " + String.join(", ", source.computed()) + " (not taken from the file)\n");
        return new ModelCard(
                identity.name(),
                title,
                identity.licence(),
                checkpoint.path().toString(),
                TensorFlow.parameters(config),
                config,
                transform,
                explanation,
                warnings);
    }

    /** What a user of a model with depth should know. */
    private static List<String> depthWarnings(Checkpoint checkpoint, boolean added) {
        List<String> warnings = new ArrayList<>();
        if (DepthFusion.normalisation(checkpoint).isEmpty()) {
            warnings.add("the file does not say how depth, its fourth channel, was normalised; using "
                    + DepthNormalisation.INDOOR);
        }
        if (added) {
            warnings.add("weights for depth were added to an RGB model and never trained: depth adds no knowledge yet");
        }
        return warnings;
    }

    private static boolean recomputesPeriods(LoadOptions options) {
        return switch (options.periods()) {
            case CHECKPOINT -> false;
            case FLOAT32 -> true;
            case BY_REFERENCE -> options.reference() != Reference.META;
        };
    }

    /** Changes what the other libraries compute differently from Meta's code on the same weights. */
    private static BackboneConfig asReference(BackboneConfig config, Checkpoint checkpoint, Reference reference) {
        if (!(config instanceof VitConfig vit)
                || !(vit.position() instanceof Position.LearnedGrid grid)
                || reference == Reference.META) {
            return config;
        }
        boolean antialias = reference == Reference.TIMM || vit.registers() > 0;
        VitConfig changed = vit.withPosition(new Position.LearnedGrid(grid.side(), new GridResample.BySize(antialias)));
        boolean v1 = checkpoint.naming() == Naming.HF_VIT;
        return v1 && reference == Reference.HUGGING_FACE
                ? changed.withNorm(
                        new Norm.Layer(checkpoint.hints().layerNormEps().orElse(1e-12)))
                : changed;
    }

    /** The same for weights that may be too large to be widened: float32 then means float32 arithmetic on them as stored. */
    private static Optional<Precision> precision(LoadOptions options, Storage storage, BackboneConfig config) {
        Optional<Precision> packed = precision(options.precision(), config);
        if (storage != Storage.AS_STORED) {
            return packed;
        }
        if (packed.isPresent()
                && packed.get() != Precision.FLOAT32
                && options.memory() == LoadOptions.Memory.AS_STORED) {
            throw new PrecisionException("weights held as stored are not packed, which " + packed.get()
                    + " asks for; leave out one of the two");
        }
        return packed.filter(precision -> precision != Precision.FLOAT32);
    }

    /**
     * In which arithmetic weights are packed; empty: not at all.
     *
     * @throws PrecisionException if the processor or the backbone has it not
     */
    static Optional<Precision> precision(LoadOptions.Precision wanted, BackboneConfig config) {
        if (!config.packs()) {
            if (wanted == LoadOptions.Precision.BFLOAT16 || wanted == LoadOptions.Precision.INT8) {
                throw new PrecisionException("only vision transformers and ConvNeXt run in " + wanted
                        + "; load this backbone with FLOAT32 or AUTO");
            }
            return Optional.empty();
        }
        return switch (wanted) {
            case PLAIN -> Optional.empty();
            case FLOAT32 -> Optional.of(Precision.FLOAT32).filter(Precision::supported);
            case BFLOAT16 -> Optional.of(supported(Precision.BFLOAT16));
            case INT8 -> Optional.of(supported(Precision.INT8));
            case AUTO ->
                Stream.of(Precision.INT8, Precision.BFLOAT16, Precision.FLOAT32)
                        .filter(Precision::supported)
                        .findFirst();
        };
    }

    private static Precision supported(Precision precision) {
        if (!precision.supported()) {
            throw new PrecisionException("this processor, or the oneDNN library on the class path, has no " + precision
                    + " kernels; take FLOAT32, or AUTO for the best that there is");
        }
        return precision;
    }

    /**
     * The weights of a backbone or their packed view; for int8, which layers to leave out is measured before.
     *
     * @param again another source of the same weights, which keeps in the given arena
     */
    static Parameters parameters(
            BackboneConfig config,
            Optional<Precision> packed,
            ParameterSource source,
            Function<Arena, ParameterSource> again) {
        Parameters parameters = Parameters.of(source);
        if (packed.isEmpty()) {
            return parameters;
        }
        Int8Plan plan = packed.get() == Precision.INT8 ? Int8Calibration.plan(config, again) : Int8Plan.ALL;
        return parameters.packed(packed.get(), plan);
    }

    private static Storage storage(LoadOptions options, BackboneConfig config, StateDict weights) {
        return switch (options.memory()) {
            case FLOAT32 -> Storage.FLOAT32;
            case AS_STORED -> Storage.AS_STORED;
            case AUTO -> {
                long widened = 4 * TensorFlow.parameters(config);
                boolean half = weights.bytes() < widened * 3 / 4;
                yield half && widened > physicalMemory() / 2 ? Storage.AS_STORED : Storage.FLOAT32;
            }
        };
    }

    private static long physicalMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? os.getTotalMemorySize()
                : Long.MAX_VALUE;
    }
}
