package io.github.dino4j.cli;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneCatalog.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "models",
        description = "List the published models, with the licence of their weights and the name of their file.",
        footer = {"", "Examples:", "  dino4j models", "  dino4j models v3 vit", "  dino4j models --json | jq '.[].name'"
        })
final class ModelsCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Option(names = "--json", description = "Everything, as JSON.")
    private boolean json;

    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "Only models whose row has all of these texts.")
    private List<String> filters = List.of();

    @Override
    public Integer call() {
        List<Entry> entries =
                BackboneCatalog.entries().stream().filter(this::wanted).toList();
        if (json) {
            console.json(entries.stream().map(Described::catalogue).toList());
        } else if (entries.isEmpty()) {
            console.err().println("dino4j: no model has " + filters + "; 'dino4j models' lists all");
        } else {
            table(entries).forEach(console.out()::println);
        }
        return entries.isEmpty() ? ExitCode.FAILURE : ExitCode.OK;
    }

    private boolean wanted(Entry entry) {
        String text = String.join(
                        " ",
                        entry.name(),
                        entry.title(),
                        entry.version().toString(),
                        entry.licence(),
                        entry.data().orElse(""),
                        entry.file().orElse(""))
                .toLowerCase(Locale.ROOT);
        return filters.stream().allMatch(filter -> text.contains(filter.toLowerCase(Locale.ROOT)));
    }

    private static List<String> table(List<Entry> entries) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "name",
                "title",
                "patch",
                "width",
                "depth",
                "heads",
                "FFN",
                "reg",
                "positions",
                "params",
                "GFLOPs",
                "at",
                "licence",
                "file"));
        for (Entry entry : entries) {
            Described shape = Described.of(entry.config());
            rows.add(List.of(
                    entry.name(),
                    entry.title(),
                    Integer.toString(entry.config().patch()),
                    shape.width(),
                    shape.depth(),
                    shape.heads(),
                    shape.ffn(),
                    shape.registers(),
                    shape.positions(),
                    String.format(Locale.ROOT, "%.1f M", entry.parameters() / 1e6),
                    String.format(Locale.ROOT, "%.1f", 2 * entry.gmacs()),
                    Integer.toString(entry.size()),
                    entry.licence(),
                    entry.file().orElse("not published")));
        }
        return Table.of(rows);
    }
}
