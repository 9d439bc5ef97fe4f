package io.github.dino4j.lora;

import io.github.dino4j.nn.LinearShape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a target lies in a backbone: some rows of a linear layer.
 *
 * @param key block and target, {@code blocks.3.q}
 * @param layer the linear layer's name, {@code blocks.3.attn.qkv}
 * @param block the block's place among all, from 0
 * @param first row of the layer's weight
 * @param rows how many
 */
record Site(String key, String layer, Target target, int block, int in, int first, int rows) {
    private static final Pattern LINEAR = Pattern.compile("(blocks\\.\\d+|cls_attn_blocks\\.\\d+|stages\\.\\d+\\.\\d+)"
            + "\\.(?:attn\\.|mlp\\.)?(qkv|proj|fc1|fc2|w1|w2|w3|w12|pwconv1|pwconv2)");

    /** All sites of a backbone, in the order of its blocks. */
    static List<Site> of(List<LinearShape> layers) {
        Map<String, Integer> blocks = new LinkedHashMap<>();
        layers.stream()
                .map(layer -> LINEAR.matcher(layer.name()))
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .distinct()
                .sorted(Comparator.comparing(Site::order))
                .forEach(block -> blocks.put(block, blocks.size()));
        List<Site> sites = new ArrayList<>();
        for (LinearShape layer : layers) {
            Matcher matcher = LINEAR.matcher(layer.name());
            if (matcher.matches()) {
                List<Target> targets = targets(matcher.group(2));
                int rows = layer.out() / targets.size();
                for (int i = 0; i < targets.size(); i++) {
                    String block = matcher.group(1);
                    String key = block + "." + targets.get(i).label();
                    sites.add(new Site(
                            key,
                            layer.name(),
                            targets.get(i),
                            blocks.getOrDefault(block, 0),
                            layer.in(),
                            i * rows,
                            rows));
                }
            }
        }
        sites.sort(Comparator.comparing(Site::block).thenComparing(Site::target));
        return sites;
    }

    /** The sites that a specification asks for. */
    static List<Site> of(LoraSpec spec, String backbone, List<LinearShape> layers) {
        List<Site> all = of(layers);
        if (all.isEmpty()) {
            throw new IllegalArgumentException(backbone + " has no linear layers, which are what LoRA changes; take a"
                    + " vision transformer, an XCiT or a ConvNeXt");
        }
        int depth = all.stream().mapToInt(Site::block).max().getAsInt() + 1;
        var blocks = spec.blocks().indices(depth);
        List<Site> chosen = all.stream()
                .filter(site -> blocks.get(site.block()) && spec.targets().contains(site.target()))
                .toList();
        Set<Target> absent = EnumSet.copyOf(spec.targets());
        chosen.forEach(site -> absent.remove(site.target()));
        if (!absent.isEmpty()) {
            throw new IllegalArgumentException(backbone + " has no " + labels(absent) + " that LoRA could change; its "
                    + depth + " blocks have "
                    + labels(all.stream()
                            .map(Site::target)
                            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Target.class)))));
        }
        return chosen;
    }

    static String labels(Set<Target> targets) {
        return targets.stream().map(Target::label).collect(Collectors.joining(", "));
    }

    private static List<Target> targets(String layer) {
        return switch (layer) {
            case "qkv" -> List.of(Target.Q, Target.K, Target.V);
            case "w12" -> List.of(Target.W1, Target.W2);
            case "pwconv1" -> List.of(Target.FC1);
            case "pwconv2" -> List.of(Target.FC2);
            default -> List.of(Target.of(layer));
        };
    }

    /** Numbers with leading zeros; class attention, which comes last, sorts after the others. */
    private static String order(String block) {
        StringBuilder order = new StringBuilder();
        for (String part : block.split("\\.", -1)) {
            order.append(Character.isDigit(part.charAt(0)) ? "0".repeat(8 - part.length()) + part : part)
                    .append(' ');
        }
        return order.toString().replace("cls_attn_blocks", "z");
    }
}
