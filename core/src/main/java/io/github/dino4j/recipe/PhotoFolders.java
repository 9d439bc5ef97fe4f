package io.github.dino4j.recipe;

import io.github.dino4j.data.Example;
import io.github.dino4j.data.Split;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Photos of several folders, without truth; those of a small folder may come several times in an epoch. */
final class PhotoFolders {
    private static final String ALL = "all";
    private static final Pattern RANGE = Pattern.compile("\\d+-\\d+");

    private PhotoFolders() {}

    /**
     * Reads {@code images}: a folder or several; {@code repeat}: how often each comes in an epoch; {@code part}: {@code all}
     * of it, a range of places such as {@code 0-149}, or a list of names.
     *
     * @param without photos that are left out
     */
    static TruthSet read(Section s, TruthSet without) {
        List<Path> folders = s.list("images", s::under, List.of());
        if (folders.isEmpty()) {
            s.required("images", "photos   # or several folders, [photos, frames]");
        }
        List<Integer> repeats =
                s.list("repeat", Integer::parseInt, folders.stream().map(f -> 1).toList());
        List<String> parts =
                s.list("part", text -> text, folders.stream().map(f -> ALL).toList());
        Set<Path> taken = without.examples().stream().map(Example::image).collect(Collectors.toSet());
        if (repeats.size() != folders.size() || repeats.stream().anyMatch(r -> r < 1)) {
            throw s.wrong(
                    "repeat",
                    "a number from 1 on for each of the " + folders.size() + " folders under '" + s.name("images")
                            + "'");
        }
        if (parts.size() != folders.size()) {
            throw s.wrong(
                    "part", "'all', a range such as 0-149, or a list for each of the " + folders.size() + " folders");
        }
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < folders.size(); i++) {
            TruthSet set = part(photos(folders.get(i)), parts.get(i), s);
            for (int time = 0; time < repeats.get(i); time++) {
                String suffix =
                        (folders.size() > 1 ? " in folder " + (i + 1) : "") + (time > 0 ? ", again " + time : "");
                set.examples().stream()
                        .filter(example -> !taken.contains(example.image()))
                        .forEach(example ->
                                examples.add(Example.ofCategory(example.name() + suffix, example.image(), 0)));
            }
        }
        String names = String.join(
                " + ",
                folders.stream().map(f -> String.valueOf(f.getFileName())).toList());
        return TruthSet.of(names + ", training", ClassList.numbered(1), examples);
    }

    private static TruthSet part(TruthSet set, String part, Section s) {
        if (part.equals(ALL)) {
            return set;
        }
        return RANGE.matcher(part).matches() ? Split.ranged(set, part) : Split.listed(set, s.under(part));
    }

    private static TruthSet photos(Path folder) {
        List<Example> examples = ImageFolder.of(folder).stream()
                .map(file -> Example.ofCategory(folder.relativize(file).toString(), file, 0))
                .toList();
        return TruthSet.of(String.valueOf(folder.getFileName()), ClassList.numbered(1), examples);
    }
}
