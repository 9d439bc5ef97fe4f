package io.github.dino4j.backbone;

import io.github.dino4j.backbone.Position.GridResample;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Naming;
import io.github.dino4j.weights.StateDict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the configuration of a backbone off its weights: names and shapes tell nearly everything, the checkpoint's
 * config files the rest. What neither tells is refused rather than guessed.
 */
public final class Architecture {
    /** Heads of the published widths; all but the 7B model have heads of 64 channels. */
    private static final Map<Integer, Integer> HEADS =
            Map.of(192, 3, 384, 6, 768, 12, 1024, 16, 1152, 18, 1280, 20, 1536, 24, 4096, 32);

    /** Key of the safetensors metadata under which our own files keep the number of heads. */
    public static final String HEADS_KEY = "dino4j.heads";

    /** The same for the base of the rotary periods, which only a config.json tells otherwise. */
    public static final String ROPE_THETA_KEY = "dino4j.rope_theta";

    /** The same for the norms' eps. */
    public static final String EPS_KEY = "dino4j.layer_norm_eps";

    private final Checkpoint checkpoint;
    private final StateDict weights;
    private final OptionalInt heads;

    private Architecture(Checkpoint checkpoint, OptionalInt heads) {
        this.checkpoint = checkpoint;
        this.weights = checkpoint.weights();
        this.heads = heads;
    }

    /**
     * The configuration of a checkpoint as Meta's code would build it.
     *
     * @param heads attention heads, where the caller knows better than the file
     * @throws CheckpointException if the checkpoint has no backbone, or leaves open what cannot be guessed
     */
    public static BackboneConfig of(Checkpoint checkpoint, OptionalInt heads) {
        if (checkpoint.weights().isEmpty()) {
            throw new CheckpointException(
                    checkpoint.path() + ": holds " + checkpoint.naming().label()
                            + ", no backbone. Give the backbone's own file as well; heads are loaded on top of one.");
        }
        Architecture architecture = new Architecture(checkpoint, heads);
        return switch (checkpoint.naming()) {
            case OFFICIAL_CONVNEXT, HF_DINOV3_CONVNEXT, TIMM_CONVNEXT -> architecture.convNext();
            case OFFICIAL_XCIT, TIMM_XCIT -> architecture.xcit();
            case RESNET50 -> architecture.resNet();
            default -> architecture.vit();
        };
    }

    /** Whether the fourth channel has a first layer of its own, beside that of the first three. */
    private boolean depthBranch() {
        return weights.contains(DepthFusion.BRANCH + ".weight");
    }

    /** Channels of an image, as the first layer {@code weight} [C, channels, k, k] and a depth branch tell. */
    private int channels(long[] weight) {
        int channels = (int) weight[1];
        if (depthBranch() && channels != 3) {
            throw new CheckpointException(checkpoint.path() + ": has a depth branch ('" + DepthFusion.BRANCH
                    + ".weight') beside a first layer of " + channels + " channels; it goes with 3, R, G and B."
                    + " The file was put together wrongly.");
        }
        return depthBranch() ? 4 : channels;
    }

    private VitConfig vit() {
        long[] patchEmbedding = shape("patch_embed.proj.weight", 4);
        int dim = (int) patchEmbedding[0];
        boolean rotary = !weights.contains("pos_embed");
        boolean v2 = isV2();
        String registersName = rotary ? "storage_tokens" : "register_tokens";
        int registers = weights.contains(registersName) ? (int) shape(registersName, 3)[1] : 0;
        int heads = heads(dim);
        return new VitConfig(
                channels(patchEmbedding),
                dim,
                count("blocks", "^blocks\\.(\\d+)\\..*"),
                heads,
                (int) patchEmbedding[2],
                rotary ? rope() : grid(v2 && registers > 0),
                ffn(),
                norm(rotary),
                registers,
                qkvBias(),
                weights.contains("blocks.0.attn.proj.bias"),
                weights.contains("blocks.0.ls1.gamma"),
                weights.contains("mask_token"),
                weights.contains("cls_norm.weight"),
                weights.contains("local_cls_norm.weight"),
                v2 ? VitConfig.Remainder.REFUSE : VitConfig.Remainder.DROP,
                depthBranch());
    }

    private boolean isV2() {
        return switch (checkpoint.naming()) {
            case OFFICIAL_DINOV2, HF_DINOV2, HF_DINOV2_REGISTERS, TIMM_DINOV2, TIMM_DINOV2_REGISTERS -> true;
            default -> false;
        };
    }

    private Position rope() {
        double base =
                checkpoint.hints().ropeTheta().orElse(written(ROPE_THETA_KEY).orElse(100));
        return new Position.Rope(new RotaryEmbedding.Config(
                new RotaryEmbedding.Periods.Base(base), RotaryEmbedding.Coordinates.SEPARATE, DType.F32));
    }

    private Position grid(boolean bySize) {
        long cells = shape("pos_embed", 3)[1] - 1;
        int side = (int) Math.round(Math.sqrt((double) cells));
        if ((long) side * side != cells) {
            throw new CheckpointException(checkpoint.path() + ": 'pos_embed' holds " + cells
                    + " patch positions, which is no square grid; only square grids are published");
        }
        return new Position.LearnedGrid(
                side, bySize ? new GridResample.BySize(true) : new GridResample.ByScale(0.1, false));
    }

    private int heads(int dim) {
        if (heads.isPresent()) {
            return heads.getAsInt();
        }
        if (weights.contains("rope_embed.periods")) {
            return (int) (dim / (4 * shape("rope_embed.periods", 1)[0]));
        }
        if (checkpoint.hints().heads().isPresent()) {
            return checkpoint.hints().heads().getAsInt();
        }
        String written = checkpoint.metadata().get(HEADS_KEY);
        if (written != null && written.matches("[1-9][0-9]{0,3}")) {
            return Integer.parseInt(written);
        }
        Integer published = HEADS.get(dim);
        if (published == null) {
            List<Integer> candidates = new ArrayList<>();
            for (int width : new int[] {64, 32, 128, 16}) {
                if (dim % width == 0) {
                    candidates.add(dim / width);
                }
            }
            throw new CheckpointException(checkpoint.path() + ": the number of attention heads of a model of width "
                    + dim + " stands neither in the tensors nor in a config.json beside them. Say it with --heads ("
                    + candidates + " are usual), or put config.json beside the file.");
        }
        return published;
    }

    private Ffn ffn() {
        String mlp = "blocks.0.mlp.";
        if (weights.contains(mlp + "w1.weight")) {
            return new Ffn.SwiGlu((int) shape(mlp + "w1.weight", 2)[0], weights.contains(mlp + "w1.bias"));
        }
        if (weights.contains(mlp + "w12.weight")) {
            return new Ffn.PackedSwiGlu((int) shape(mlp + "w12.weight", 2)[0] / 2, weights.contains(mlp + "w12.bias"));
        }
        return new Ffn.Mlp((int) shape(mlp + "fc1.weight", 2)[0], weights.contains(mlp + "fc1.bias"));
    }

    /** 1e-6 in v1 and v2, 1e-5 in v3; a config.json knows better, but for Hugging Face's v1, whose 1e-12 is a slip. */
    private Norm norm(boolean rotary) {
        if (!weights.contains("norm.bias")) {
            return new Norm.Rms(1e-5);
        }
        double published = rotary ? 1e-5 : 1e-6;
        return new Norm.Layer(
                checkpoint.naming() == Naming.HF_VIT
                        ? published
                        : checkpoint
                                .hints()
                                .layerNormEps()
                                .orElse(written(EPS_KEY).orElse(published)));
    }

    /** A positive number from the metadata of our own files. */
    private OptionalDouble written(String key) {
        String text = checkpoint.metadata().getOrDefault(key, "");
        return text.matches("[0-9]+(\\.[0-9]+)?(E-?[0-9]{1,3})?")
                ? OptionalDouble.of(Double.parseDouble(text))
                : OptionalDouble.empty();
    }

    private Bias qkvBias() {
        if (!weights.contains("blocks.0.attn.qkv.bias")) {
            return Bias.NONE;
        }
        return weights.contains("blocks.0.attn.qkv.bias_mask") ? Bias.KEY_MASKED : Bias.FULL;
    }

    private ConvNextConfig convNext() {
        List<Integer> dims = new ArrayList<>();
        List<Integer> depths = new ArrayList<>();
        for (int stage = 0; stage < 4; stage++) {
            dims.add((int) shape("downsample_layers." + stage + (stage == 0 ? ".0.weight" : ".1.weight"), 4)[0]);
            depths.add(count("blocks of a stage", "^stages\\." + stage + "\\.(\\d+)\\..*"));
        }
        return new ConvNextConfig(
                channels(shape("downsample_layers.0.0.weight", 4)),
                depths,
                dims,
                weights.contains("stages.0.0.gamma"),
                OptionalInt.empty(),
                depthBranch());
    }

    private XcitConfig xcit() {
        int dim = (int) shape("cls_token", 3)[2];
        int halvings = weights.contains("patch_embed.proj.6.0.weight") ? 4 : 3;
        return new XcitConfig(
                (int) shape("patch_embed.proj.0.0.weight", 4)[1],
                dim,
                count("blocks", "^blocks\\.(\\d+)\\..*"),
                (int) shape("blocks.0.attn.temperature", 3)[0],
                1 << halvings,
                (int) shape("blocks.0.mlp.fc1.weight", 2)[0],
                count("cls_attn_blocks", "^cls_attn_blocks\\.(\\d+)\\..*"));
    }

    private ResNetConfig resNet() {
        List<Integer> blocks = new ArrayList<>();
        for (int stage = 1; stage <= 4; stage++) {
            blocks.add(count("blocks of a stage", "^layer" + stage + "\\.(\\d+)\\..*"));
        }
        return new ResNetConfig((int) shape("conv1.weight", 4)[1], blocks);
    }

    private long[] shape(String name, int rank) {
        long[] shape = weights.find(name)
                .orElseThrow(() -> new CheckpointException(checkpoint.path() + ": looks like "
                        + checkpoint.naming().label() + ", but has no tensor '" + name
                        + "'. The file is incomplete; get it again."))
                .shape();
        if (shape.length != rank) {
            throw new CheckpointException(checkpoint.path() + ": '" + name + "' is " + Arrays.toString(shape)
                    + ", a tensor of " + rank + " axes is needed. The file is damaged, or of another architecture.");
        }
        return shape;
    }

    /**
     * How many different numbers the pattern finds; they must go from 0 up without a gap.
     *
     * @param part whose numbers these are, for the message
     */
    private int count(String part, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        Set<String> numbers = new TreeSet<>();
        for (String name : weights.names()) {
            Matcher matcher = compiled.matcher(name);
            if (matcher.matches()) {
                numbers.add(matcher.group(1));
            }
        }
        for (int i = 0; i < numbers.size(); i++) {
            if (!numbers.contains(Integer.toString(i))) {
                throw new CheckpointException(checkpoint.path() + ": has " + numbers.size() + " " + part
                        + ", but none with number " + i + ". The file is incomplete or damaged; get it again.");
            }
        }
        return numbers.size();
    }
}
