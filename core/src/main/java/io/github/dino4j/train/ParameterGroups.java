package io.github.dino4j.train;

import io.github.dino4j.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rules by which official recipes give variables their learning rate and weight decay. */
public final class ParameterGroups {
    private static final Pattern BLOCK = Pattern.compile("(?:^|\\.)blocks\\.(\\d+)\\.");
    /** What stands before the first block. */
    private static final Pattern EMBEDDING =
            Pattern.compile("pos_embed|patch_embed|mask_token|cls_token|register_tokens|storage_tokens");

    private ParameterGroups() {}

    /**
     * How learning rate and weight decay depend on a variable's place, as DINOv2 (arXiv:2304.07193) and DINOv3
     * (arXiv:2508.10104) train.
     *
     * @param layerDecay the learning rate of each layer as a factor of the one above
     * @param patchEmbed factor of the patch embedding's learning rate, on top
     * @param blocks of the backbone; 0 for a head, all of whose variables then have the full rate
     * @param headDecay factor of the weight decay of names with {@code dino_head}
     */
    public record Layerwise(double layerDecay, double patchEmbed, int blocks, double headDecay) {
        public Layerwise {
            if (!(layerDecay > 0 && layerDecay <= 1) || blocks < 0) {
                throw new IllegalArgumentException("layer-wise decay must lie in (0, 1] and blocks be 0 or more, not "
                        + layerDecay + " and " + blocks);
            }
        }

        /** The rule of a head: everything at full rate. */
        public static Layerwise head() {
            return new Layerwise(1, 1, 0, 1);
        }

        private ParameterGroup group(String name, Tensor variable) {
            double rate = Math.pow(layerDecay, blocks + 1 - layer(name));
            if (name.contains("patch_embed")) {
                rate *= patchEmbed;
            }
            boolean free = name.endsWith("bias") || name.contains("norm") || name.contains("gamma");
            double decay = free ? 0 : name.contains("dino_head") ? headDecay : 1;
            return new ParameterGroup(name, Map.of(name, variable), rate, decay, name.contains("last_layer"));
        }

        /** 0 before the blocks, i + 1 in block i, blocks + 1 behind them. */
        private int layer(String name) {
            if (blocks == 0) {
                return 1;
            }
            Matcher block = BLOCK.matcher(name);
            if (block.find()) {
                return Integer.parseInt(block.group(1)) + 1;
            }
            return EMBEDDING.matcher(name).find() ? 0 : blocks + 1;
        }
    }

    /**
     * All alike, everything decayed, as PyTorch's optimisers treat what they are given; so dinov3-finetune trains LoRA and
     * decoders.
     */
    public static List<ParameterGroup> plain(Map<String, Tensor> variables) {
        return List.of(ParameterGroup.of("all", variables));
    }

    /**
     * DINOv1 (arXiv:2104.14294): weight decay for what has more than one axis and is no bias, class token and positions
     * included.
     */
    public static List<ParameterGroup> dinoV1(Map<String, Tensor> variables) {
        return fuse(variables.entrySet().stream().map(e -> {
            boolean free = e.getKey().endsWith(".bias") || e.getValue().dim() == 1;
            return new ParameterGroup(e.getKey(), Map.of(e.getKey(), e.getValue()), 1, free ? 0 : 1, false);
        }));
    }

    /**
     * DINOv2 and v3, for the variables of one backbone or one head: the rate falls from layer to layer towards the input;
     * no weight decay for names that end in {@code bias} or contain {@code norm} or {@code gamma}, but for tokens; names
     * with {@code last_layer} follow the last layer's rate. Names may have any prefix. Join the groups of several parts
     * by {@link #joined}.
     */
    public static List<ParameterGroup> layerwise(Map<String, Tensor> variables, Layerwise rule) {
        return fuse(variables.entrySet().stream().map(e -> rule.group(e.getKey(), e.getValue())));
    }

    /** The groups of several parts, those of equal settings as one. */
    public static List<ParameterGroup> joined(List<List<ParameterGroup>> parts) {
        return fuse(parts.stream().flatMap(List::stream));
    }

    private record Settings(double rate, double decay, boolean lastLayer) {
        String text() {
            String text = rate == 1 ? "full rate" : String.format(Locale.ROOT, "rate x %.4g", rate);
            text += decay == 1 ? "" : decay == 0 ? ", no weight decay" : ", weight decay x " + decay;
            return lastLayer ? text + ", last layer" : text;
        }
    }

    private static List<ParameterGroup> fuse(Stream<ParameterGroup> single) {
        Map<Settings, Map<String, Tensor>> fused = new LinkedHashMap<>();
        single.forEach(
                g -> fused.computeIfAbsent(new Settings(g.rate(), g.decay(), g.lastLayer()), s -> new LinkedHashMap<>())
                        .putAll(g.variables()));
        List<ParameterGroup> groups = new ArrayList<>();
        fused.forEach(
                (s, variables) -> groups.add(new ParameterGroup(s.text(), variables, s.rate, s.decay, s.lastLayer)));
        return groups;
    }
}
