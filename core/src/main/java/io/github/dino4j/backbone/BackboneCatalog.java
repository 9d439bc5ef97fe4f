package io.github.dino4j.backbone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/** The published backbones, and the unpublished ones of the papers, as the resource {@code catalog.json} lists them. */
public final class BackboneCatalog {
    private static final List<Entry> ENTRIES = read();

    private BackboneCatalog() {}

    /** Generation of the method. */
    public enum Version {
        V1,
        V2,
        V3
    }

    /**
     * One backbone.
     *
     * @param name hub name, such as {@code dinov3_vits16}
     * @param title name of the papers, such as DINOv3 ViT-S/16
     * @param data training set of the published weights, if any are published
     * @param file name under which they are published
     * @param licence of the weights; of the code where no weights are published
     * @param mean channel means of the training images, of values in 0..1
     * @param std their deviations
     * @param size side in pixels at which evaluation reads images
     * @param parameters trainable values
     * @param gmacs billions of multiply-adds of one image at {@code size}
     */
    public record Entry(
            String name,
            String title,
            Version version,
            Optional<String> data,
            Optional<String> file,
            String licence,
            List<Float> mean,
            List<Float> std,
            int size,
            long parameters,
            double gmacs,
            BackboneConfig config) {}

    /** All entries, v1 to v3, small to large. */
    public static List<Entry> entries() {
        return ENTRIES;
    }

    /** The entry of a name; case, {@code -} and {@code _} make no difference. */
    public static Optional<Entry> find(String name) {
        String wanted = canonical(name);
        return ENTRIES.stream().filter(e -> canonical(e.name()).equals(wanted)).findFirst();
    }

    /**
     * The entry of a name.
     *
     * @throws IllegalArgumentException listing the nearest names, if there is none
     */
    public static Entry get(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no model is called '" + name + "'; the catalogue has " + String.join(", ", names())));
    }

    public static List<String> names() {
        return ENTRIES.stream().map(Entry::name).toList();
    }

    /**
     * The entries of this shape: several where web and satellite weights share theirs. Tensors that libraries leave out
     * when they convert (mask token, zero biases, norms of training) make no difference, nor does depth that was added to
     * the colours.
     */
    public static List<Entry> alike(BackboneConfig config) {
        BackboneConfig rgb = config.rgb();
        return ENTRIES.stream().filter(e -> alike(e.config(), rgb)).toList();
    }

    private static boolean alike(BackboneConfig a, BackboneConfig b) {
        if (a instanceof VitConfig x && b instanceof VitConfig y) {
            return x.dim() == y.dim()
                    && x.depth() == y.depth()
                    && x.heads() == y.heads()
                    && x.patch() == y.patch()
                    && x.inChannels() == y.inChannels()
                    && x.registers() == y.registers()
                    && x.layerScale() == y.layerScale()
                    && x.ffn().equals(y.ffn())
                    && x.position().getClass() == y.position().getClass();
        }
        return a.equals(b);
    }

    /** A configuration in words, such as {@code a ViT of width 384, 12 blocks, 6 heads, patch 16, MLP 1536, 4 registers}. */
    public static String describe(BackboneConfig config) {
        if (config instanceof VitConfig v) {
            String ffn = v.ffn() instanceof Ffn.Mlp ? "MLP" : "SwiGLU";
            String position = v.position() instanceof Position.LearnedGrid grid
                    ? "positions " + grid.side() + " x " + grid.side()
                    : "rotary positions";
            return "a ViT of width " + v.dim() + ", " + v.depth() + " blocks, " + v.heads() + " heads, patch "
                    + v.patch() + ", " + ffn + " " + v.ffn().hidden() + ", " + v.registers() + " registers, "
                    + position + (v.layerScale() ? "" : ", no LayerScale") + depth(config, v.depthBranch());
        }
        if (config instanceof ConvNextConfig c) {
            return "a ConvNeXt of depths " + c.depths() + " and widths " + c.dims() + depth(config, c.depthBranch());
        }
        if (config instanceof XcitConfig x) {
            return "an XCiT of width " + x.dim() + ", " + x.depth() + " blocks, " + x.heads() + " heads, patch "
                    + x.patch();
        }
        return "a ResNet of blocks " + ((ResNetConfig) config).blocks();
    }

    private static String depth(BackboneConfig config, boolean branch) {
        if (!config.readsDepth()) {
            return "";
        }
        return branch ? ", RGB and depth in a branch" : ", RGB and depth in one first layer";
    }

    private static String canonical(String name) {
        return name.toLowerCase(Locale.ROOT).replace('-', '_');
    }

    private static List<Entry> read() {
        try (InputStream in = Objects.requireNonNull(BackboneCatalog.class.getResourceAsStream("catalog.json"))) {
            List<Entry> entries = new ArrayList<>();
            for (JsonNode node : new ObjectMapper().readTree(in)) {
                entries.add(entry(node));
            }
            return List.copyOf(entries);
        } catch (IOException e) {
            throw new UncheckedIOException("the catalogue of models cannot be read", e);
        }
    }

    private static Entry entry(JsonNode e) {
        return new Entry(
                e.path("name").asText(),
                e.path("title").asText(),
                Version.valueOf(e.path("version").asText().toUpperCase(Locale.ROOT)),
                text(e.path("data")),
                text(e.path("file")),
                e.path("licence").asText(),
                floats(e.path("mean")),
                floats(e.path("std")),
                e.path("size").asInt(),
                e.path("parameters").asLong(),
                e.path("gmacs").asDouble(),
                config(e.path("config")));
    }

    private static BackboneConfig config(JsonNode c) {
        String kind = c.path("kind").asText();
        return switch (kind) {
            case "vit" -> vit(c);
            case "convnext" ->
                new ConvNextConfig(3, ints(c.path("depths")), ints(c.path("dims")), true, OptionalInt.empty());
            case "resnet" -> new ResNetConfig(3, ints(c.path("blocks")));
            case "xcit" ->
                new XcitConfig(
                        3,
                        c.path("dim").asInt(),
                        c.path("depth").asInt(),
                        c.path("heads").asInt(),
                        c.path("patch").asInt(),
                        c.path("hidden").asInt(),
                        c.path("classDepth").asInt());
            default -> throw new IllegalStateException("the catalogue has a model of unknown kind '" + kind + "'");
        };
    }

    private static VitConfig vit(JsonNode c) {
        int hidden = c.path("hidden").asInt();
        Ffn ffn = switch (c.path("ffn").asText()) {
            case "swiglu" -> new Ffn.SwiGlu(hidden, true);
            case "packed_swiglu" -> new Ffn.PackedSwiGlu(hidden, true);
            default -> new Ffn.Mlp(hidden, true);
        };
        return new VitConfig(
                3,
                c.path("dim").asInt(),
                c.path("depth").asInt(),
                c.path("heads").asInt(),
                c.path("patch").asInt(),
                position(c.path("position")),
                ffn,
                new Norm.Layer(c.path("eps").asDouble()),
                c.path("registers").asInt(),
                Bias.valueOf(c.path("qkvBias").asText().toUpperCase(Locale.ROOT)),
                true,
                c.path("layerScale").asBoolean(),
                c.path("maskToken").asBoolean(),
                false,
                c.path("localClsNorm").asBoolean(),
                VitConfig.Remainder.valueOf(c.path("remainder").asText().toUpperCase(Locale.ROOT)));
    }

    private static Position position(JsonNode p) {
        if (p.path("kind").asText().equals("rope")) {
            return new Position.Rope(new RotaryEmbedding.Config(
                    new RotaryEmbedding.Periods.Base(p.path("base").asDouble()),
                    RotaryEmbedding.Coordinates.SEPARATE,
                    DType.F32));
        }
        boolean antialias = p.path("antialias").asBoolean();
        return new Position.LearnedGrid(
                p.path("side").asInt(),
                p.path("resample").asText().equals("size")
                        ? new Position.GridResample.BySize(antialias)
                        : new Position.GridResample.ByScale(p.path("offset").asDouble(), antialias));
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }

    private static List<Float> floats(JsonNode array) {
        List<Float> values = new ArrayList<>();
        array.forEach(value -> values.add(value.floatValue()));
        return List.copyOf(values);
    }

    private static List<Integer> ints(JsonNode array) {
        List<Integer> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asInt()));
        return List.copyOf(values);
    }
}
