package io.github.dino4j.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.data.DataSetException;
import io.github.dino4j.data.Example;
import io.github.dino4j.data.TruthSet;
import io.github.dino4j.image.ImageFolder;
import io.github.dino4j.retrieve.RankedTruth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What is searched for in what, and what ought to be found: files and the truth of one of the published protocols. Immutable.
 *
 * @param name of the data set
 * @param images that are searched
 * @param levels each with queries of its own or the same
 * @param depth how many images of a ranking count; all where it is as many as there are
 * @param protocol its rules in words, for the result
 */
public record RetrievalTask(
        String name, List<Path> images, List<Level> levels, int depth, Map<String, Object> protocol) {
    private static final int COPIES_DEPTH = 20; // of DINOv1's evaluation
    private static final String RULES = "rules";

    /**
     * Queries that are averaged together.
     *
     * @param name such as easy, medium, hard
     * @param truths numbers of {@link RetrievalTask#images}, one a query
     */
    public record Level(String name, List<Path> queries, List<RankedTruth> truths) {
        public Level {
            queries = List.copyOf(queries);
            truths = List.copyOf(truths);
            if (queries.size() != truths.size()) {
                throw new IllegalArgumentException(
                        queries.size() + " queries and " + truths.size() + " truths; give one truth a query");
            }
        }
    }

    public RetrievalTask {
        images = List.copyOf(images);
        levels = List.copyOf(levels);
        protocol = Map.copyOf(protocol);
    }

    /** Each photo looks for the others of its class; it is itself left out of its ranking. */
    public static RetrievalTask classes(TruthSet set) {
        List<Path> images = set.examples().stream().map(Example::image).toList();
        Map<Integer, Set<Integer>> classes = new HashMap<>();
        for (int i = 0; i < images.size(); i++) {
            int category = set.example(i)
                    .category()
                    .orElseThrow(() -> new IllegalArgumentException(set.name() + " has no classes of whole photos"));
            classes.computeIfAbsent(category, c -> new HashSet<>()).add(i);
        }
        List<RankedTruth> truths = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            Set<Integer> others =
                    new HashSet<>(classes.getOrDefault(set.example(i).category().orElseThrow(), Set.of()));
            others.remove(i);
            truths.add(new RankedTruth(others, Set.of(i)));
        }
        return new RetrievalTask(
                set.name(),
                images,
                List.of(new Level("same class", images, truths)),
                images.size(),
                Map.of(RULES, "each photo against all others, those of its class are positive"));
    }

    /**
     * INRIA Holidays (Jegou et al., ECCV 2008): files are numbers; those divisible by 100 are the queries, and look for the
     * others of their hundred.
     *
     * @throws DataSetException naming files that are no numbers
     */
    public static RetrievalTask holidays(Path folder) {
        List<Path> images = ImageFolder.of(folder);
        List<Path> queries = new ArrayList<>();
        List<RankedTruth> truths = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            if (number(images.get(i)) % 100 == 0) {
                int query = i;
                long group = number(images.get(i)) / 100;
                queries.add(images.get(i));
                truths.add(new RankedTruth(
                        Set.copyOf(IntStream.range(0, images.size())
                                .filter(other -> other != query && number(images.get(other)) / 100 == group)
                                .boxed()
                                .toList()),
                        Set.of(query)));
            }
        }
        if (queries.isEmpty()) {
            throw bad(folder + ": no query is there: of Holidays, photos whose number ends in 00 are");
        }
        return new RetrievalTask(
                String.valueOf(folder.getFileName()),
                images,
                List.of(new Level("holidays", queries, truths)),
                images.size(),
                Map.of(RULES, "Holidays: numbers ending in 00 look for the others of their hundred"));
    }

    /**
     * Copy detection of DINOv1 on INRIA Copydays: altered copies, in a folder for each kind of change, look for their original
     * among originals and distractors; 20 images of a ranking count.
     *
     * @param originals photos named by numbers
     * @param copies folder of folders (blocks) of photos, each named as its original, or by a number of the same hundred
     * @param distractors photos that are copies of nothing; may be empty
     * @throws DataSetException if a copy has no original
     */
    public static RetrievalTask copies(Path originals, Path copies, List<Path> distractors) {
        List<Path> images = new ArrayList<>(ImageFolder.of(originals));
        Map<String, Integer> byName = new HashMap<>();
        Map<Long, Integer> byGroup = new HashMap<>();
        for (int i = 0; i < images.size(); i++) {
            byName.put(stem(images.get(i)), i);
            if (isNumber(images.get(i))) {
                byGroup.put(number(images.get(i)) / 100, i);
            }
        }
        Map<String, List<Path>> blocks = new TreeMap<>();
        for (Path copy : ImageFolder.of(copies)) {
            Path inside = copies.relativize(copy).getParent();
            blocks.computeIfAbsent(
                            inside == null ? "copies" : inside.toString().replace('\\', '/'), b -> new ArrayList<>())
                    .add(copy);
        }
        List<Level> levels = new ArrayList<>();
        blocks.forEach((block, queries) -> {
            List<RankedTruth> truths = new ArrayList<>();
            for (Path copy : queries) {
                Integer original = byName.get(stem(copy));
                if (original == null && isNumber(copy)) {
                    original = byGroup.get(number(copy) / 100);
                }
                if (original == null) {
                    throw bad(copy + ": no photo in " + originals
                            + " has its name, or a number of its hundred; what is it a copy of?");
                }
                truths.add(new RankedTruth(Set.of(original), Set.of()));
            }
            levels.add(new Level(block, queries, truths));
        });
        images.addAll(distractors);
        return new RetrievalTask(
                String.valueOf(copies.getFileName()),
                images,
                levels,
                COPIES_DEPTH,
                Map.of(RULES, "Copydays: copies look for their original", "distractors", distractors.size()));
    }

    /**
     * Revisited Oxford and Paris (arXiv:1803.11285): easy, medium and hard. Whole images are the queries, as in DINOv1's
     * evaluation, not the box in them.
     *
     * @param truth the published ground truth as JSON: {@code imlist}, {@code qimlist}, and in {@code gnd} a query's {@code
     *     easy}, {@code hard} and {@code junk} numbers of imlist
     * @param folder with NAME.jpg for each of them
     * @throws DataSetException naming what is missing
     */
    public static RetrievalTask revisited(Path truth, Path folder) {
        JsonNode json;
        try {
            json = new ObjectMapper().readTree(truth.toFile());
        } catch (IOException e) {
            throw bad(truth + ": is no JSON of a ground truth: " + e.getMessage());
        }
        List<Path> images = files(truth, json, "imlist", folder);
        List<Path> queries = files(truth, json, "qimlist", folder);
        JsonNode gnd = json.path("gnd");
        if (gnd.size() != queries.size()) {
            throw bad(truth + ": 'gnd' has " + gnd.size() + " entries for the " + queries.size()
                    + " queries of 'qimlist'");
        }
        Map<String, List<RankedTruth>> levels = new LinkedHashMap<>();
        for (int q = 0; q < queries.size(); q++) {
            Set<Integer> easy = numbers(truth, gnd.path(q), "easy", images.size());
            Set<Integer> hard = numbers(truth, gnd.path(q), "hard", images.size());
            Set<Integer> junk = numbers(truth, gnd.path(q), "junk", images.size());
            add(levels, "easy", easy, union(junk, hard));
            add(levels, "medium", union(easy, hard), junk);
            add(levels, "hard", hard, union(junk, easy));
        }
        List<Level> all = new ArrayList<>();
        levels.forEach((name, truths) -> all.add(new Level(name, queries, truths)));
        return new RetrievalTask(
                String.valueOf(truth.getFileName()),
                images,
                all,
                images.size(),
                Map.of(RULES, "Revisited Oxford and Paris, whole query images; queries without positives left out"));
    }

    private static void add(
            Map<String, List<RankedTruth>> levels, String name, Set<Integer> positives, Set<Integer> junk) {
        levels.computeIfAbsent(name, n -> new ArrayList<>()).add(new RankedTruth(positives, junk));
    }

    private static Set<Integer> union(Set<Integer> a, Set<Integer> b) {
        Set<Integer> both = new HashSet<>(a);
        both.addAll(b);
        return both;
    }

    private static List<Path> files(Path truth, JsonNode json, String key, Path folder) {
        if (!json.path(key).isArray() || json.path(key).isEmpty()) {
            throw bad(truth + ": '" + key + "' is missing; wanted is the published ground truth as JSON,"
                    + " with imlist, qimlist and gnd");
        }
        List<Path> files = new ArrayList<>();
        for (JsonNode name : json.path(key)) {
            Path file = folder.resolve(name.asText());
            Path found = Files.isRegularFile(file) ? file : folder.resolve(name.asText() + ".jpg");
            if (!Files.isRegularFile(found)) {
                throw bad(truth + ": there is no '" + found + "', an image of its " + key);
            }
            files.add(found);
        }
        return files;
    }

    private static Set<Integer> numbers(Path truth, JsonNode query, String key, int images) {
        Set<Integer> numbers = new HashSet<>();
        for (JsonNode number : query.path(key)) {
            if (!number.canConvertToInt() || number.asInt() < 0 || number.asInt() >= images) {
                throw bad(truth + ": '" + key + "' holds " + number + ", which is no number of the " + images
                        + " images");
            }
            numbers.add(number.asInt());
        }
        return numbers;
    }

    private static DataSetException bad(String message) {
        return new DataSetException(message, List.of());
    }

    private static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    private static boolean isNumber(Path file) {
        return stem(file).matches("\\d{1,18}");
    }

    private static long number(Path file) {
        if (!isNumber(file)) {
            throw bad(file + ": of Holidays, photos are named by numbers, such as 100000.jpg");
        }
        return Long.parseLong(stem(file));
    }

    /** Every file once: those that are searched, and then queries that are not among them. */
    List<Path> files() {
        return Stream.concat(images.stream(), levels.stream().flatMap(level -> level.queries().stream()))
                .distinct()
                .toList();
    }
}
