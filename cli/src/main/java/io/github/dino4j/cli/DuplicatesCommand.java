package io.github.dino4j.cli;

import io.github.dino4j.retrieve.ContactSheet;
import io.github.dino4j.retrieve.ImageIndex;
import io.github.dino4j.retrieve.NearDuplicates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "duplicates",
        description =
                "Find groups of photos in an index that are nearly the same. All pairs are compared; no model is needed.",
        footer = {
            "",
            "Examples:",
            "  dino4j duplicates --index photos.index",
            "  dino4j duplicates --index photos.index --threshold 0.99 -o groups.png --json"
        })
final class DuplicatesCommand implements Callable<Integer> {
    private static final int SHOWN = 20; // groups on a picture

    @Mixin
    private Console console = new Console();

    @Option(names = "--index", required = true, paramLabel = "INDEX", description = "As 'dino4j index' has made it.")
    private Path folder = Path.of("");

    @Option(
            names = "--threshold",
            paramLabel = "COSINE",
            description =
                    "Photos are linked from this cosine on, above 0 and at most 1 (default: ${DEFAULT-VALUE}; what fits"
                            + " depends on the model, look at the picture).")
    private double threshold = 0.95;

    @Mixin
    private DecodingOptions decoding = new DecodingOptions();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "A .png: the largest groups, a row each (default: none).")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--json", description = "All groups and the protocol as JSON on stdout.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (output.isPresent()) {
            Output.checkFile(output.get());
        }
        try (ImageIndex index = ImageIndex.open(folder);
                Progress progress = new Progress(console)) {
            int[] done = {0};
            List<NearDuplicates.Group> groups = NearDuplicates.groups(index, threshold, images -> {
                if (done[0] == 0) {
                    progress.begins(index.size(), 0);
                }
                for (; done[0] < images; done[0]++) {
                    progress.step();
                }
            });
            progress.close();
            boolean drawn = output.isPresent() && !groups.isEmpty();
            if (drawn) {
                Output.png(
                        output.get(),
                        ContactSheet.of(
                                groups,
                                SearchOptions.photos(index),
                                decoding.decoder(),
                                SHOWN,
                                groups.size() + " groups from a cosine of " + threshold + " on"));
            }
            report(groups, index, drawn);
        }
        return ExitCode.OK;
    }

    private void report(List<NearDuplicates.Group> groups, ImageIndex index, boolean drawn) {
        if (json) {
            Map<String, Object> protocol = new LinkedHashMap<>(SearchOptions.protocol(index));
            protocol.put("images", index.size());
            protocol.put("threshold", threshold);
            protocol.put("method", "all pairs, linked ones joined");
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("groups", groups);
            map.put("protocol", protocol);
            console.json(map);
            return;
        }
        for (NearDuplicates.Group group : groups) {
            console.out().println(group.members().size() + " photos");
            group.members()
                    .forEach(member -> console.out()
                            .println(String.format(Locale.ROOT, "  %.4f  %s", member.similarity(), member.id())));
        }
        console.out()
                .println(groups.size() + (groups.size() == 1 ? " group" : " groups") + " among " + index.size()
                        + " photos");
        if (drawn) {
            console.out().println(output.orElseThrow());
        }
    }
}
