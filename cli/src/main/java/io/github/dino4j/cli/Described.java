package io.github.dino4j.cli;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneCatalog.Entry;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.ConvNextConfig;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.ResNetConfig;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.backbone.XcitConfig;
import io.github.dino4j.nn.Ffn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A configuration in the words of a table; "-" where an architecture has no such thing. */
record Described(
        String family, String width, String depth, String heads, String ffn, String registers, String positions) {

    static Described of(BackboneConfig config) {
        if (config instanceof VitConfig v) {
            return new Described(
                    "ViT",
                    Integer.toString(v.dim()),
                    Integer.toString(v.depth()),
                    Integer.toString(v.heads()),
                    (v.ffn() instanceof Ffn.Mlp ? "MLP " : "SwiGLU ") + v.ffn().hidden(),
                    Integer.toString(v.registers()),
                    v.position() instanceof Position.LearnedGrid grid
                            ? "learned " + grid.side() + " x " + grid.side()
                            : "rotary");
        } else if (config instanceof ConvNextConfig c) {
            return new Described("ConvNeXt", slashes(c.dims()), slashes(c.depths()), "-", "-", "-", "-");
        } else if (config instanceof XcitConfig x) {
            return new Described(
                    "XCiT",
                    Integer.toString(x.dim()),
                    x.depth() + " + " + x.classDepth(),
                    Integer.toString(x.heads()),
                    "MLP " + x.hidden(),
                    "0",
                    "Fourier");
        }
        return new Described("ResNet", "2048", slashes(((ResNetConfig) config).blocks()), "-", "-", "-", "-");
    }

    private static String slashes(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining("/"));
    }

    /** The configuration for JSON. */
    static Map<String, Object> config(BackboneConfig config) {
        Described words = of(config);
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("family", words.family());
        map.put("dim", config.dim());
        map.put("patch", config.patch());
        map.put("channels", config.inChannels());
        map.put("depth", config.depth());
        if (config instanceof VitConfig v) {
            map.put("heads", v.heads());
            map.put("ffn", v.ffn().getClass().getSimpleName());
            map.put("ffnHidden", v.ffn().hidden());
            map.put("registers", v.registers());
            map.put("norm", v.norm().toString());
            map.put("layerScale", v.layerScale());
            map.put("qkvBias", v.qkvBias().toString());
        } else if (config instanceof ConvNextConfig c) {
            map.put("dims", c.dims());
            map.put("depths", c.depths());
        }
        map.put("positions", words.positions());
        map.put("description", BackboneCatalog.describe(config));
        return map;
    }

    /** An entry of the catalogue for JSON. */
    static Map<String, Object> catalogue(Entry entry) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", entry.name());
        map.put("title", entry.title());
        map.put("version", entry.version().toString());
        entry.data().ifPresent(data -> map.put("data", data));
        entry.file().ifPresent(file -> map.put("file", file));
        map.put("licence", entry.licence());
        map.put("mean", entry.mean());
        map.put("std", entry.std());
        map.put("size", entry.size());
        map.put("parameters", entry.parameters());
        map.put("gflops", 2 * entry.gmacs());
        map.put("config", config(entry.config()));
        return map;
    }
}
