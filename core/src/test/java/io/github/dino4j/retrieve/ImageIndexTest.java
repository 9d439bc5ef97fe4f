package io.github.dino4j.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.image.Box;
import io.github.dino4j.retrieve.IndexOptions.Storage;
import io.github.dino4j.retrieve.Query.Method;
import io.github.dino4j.retrieve.Query.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageIndexTest {
    private static final FeatureSpace PLANE = FeatureSpace.named("plane", 2);

    @TempDir
    private Path temp;

    private Path folder() {
        return temp.resolve("index");
    }

    private static float[] random(SplittableRandom random, int dim) {
        float[] vector = new float[dim];
        for (int i = 0; i < dim; i++) {
            vector[i] = (float) (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5);
        }
        return vector;
    }

    private static float[][] random(int count, int dim, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] rows = new float[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = random(random, dim);
        }
        return rows;
    }

    private ImageIndex plane() {
        ImageIndex index = ImageIndex.create(folder(), Spaces.whole(PLANE), IndexOptions.DEFAULT);
        put(index, "east", 1, 0);
        put(index, "north", 0, 3);
        put(index, "north-east", 2, 2);
        return index;
    }

    private static void put(ImageIndex index, String id, float... vector) {
        try (IndexUpdate update = index.update()) {
            update.put(IndexedImage.of(id, vector));
            update.commit();
        }
    }

    private static List<String> ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toList();
    }

    private static Query query(int k, float... vector) {
        return Query.of(PLANE, vector, k);
    }

    @Test
    void similarityIsTheCosineWhateverTheLengths() {
        try (ImageIndex index = plane()) {
            List<Hit> hits = index.search(query(3, 10, 0));
            assertThat(ids(hits)).containsExactly("east", "north-east", "north");
            assertThat(hits.get(0).similarity()).isCloseTo(1, within(1e-6));
            assertThat(hits.get(1).similarity()).isCloseTo(Math.sqrt(0.5), within(1e-6));
            assertThat(hits.get(2).similarity()).isCloseTo(0, within(1e-6));
            assertThat(index.search(query(3, 10, 0).with(Method.EXACT))).isEqualTo(hits);
        }
    }

    @Test
    void anImagePutAgainReplacesItselfAndADeletedOneIsGone() {
        try (ImageIndex index = plane()) {
            put(index, "east", -1, 0);
            assertThat(index.size()).isEqualTo(3);
            assertThat(ids(index.search(query(1, 1, 0)))).containsExactly("north-east");
            try (IndexUpdate update = index.update()) {
                update.delete("north-east");
                update.delete("never there");
                update.commit();
            }
            assertThat(ids(index.search(query(9, 1, 0)))).containsExactly("north", "east");
            assertThat(ids(index.search(query(9, 1, 0).with(Method.EXACT)))).containsExactly("north", "east");
        }
        try (ImageIndex again = ImageIndex.open(folder())) {
            assertThat(again.images().keySet()).containsExactlyInAnyOrder("north", "east");
        }
    }

    @Test
    void whatWasNotCommittedIsDroppedAsAWhole() {
        try (ImageIndex index = plane()) {
            try (IndexUpdate update = index.update()) {
                update.delete("east");
                update.put(IndexedImage.of("west", new float[] {-1, 0}));
            }
            assertThat(index.images().keySet()).containsExactlyInAnyOrder("east", "north", "north-east");
        }
    }

    @Test
    void attributesComeBackAndManyUpdatesBecomeOneGraph() {
        try (ImageIndex index = plane()) {
            try (IndexUpdate update = index.update()) {
                update.put(new IndexedImage("west", new float[] {-1, 0}, List.of(), Map.of("bytes", "12")));
                update.compact();
            }
            assertThat(index.search(query(1, -1, 0)).get(0).attributes()).containsEntry("bytes", "12");
            assertThat(index.images())
                    .containsEntry("west", Map.of("bytes", "12"))
                    .containsEntry("east", Map.of());
            index.verify();
        }
    }

    @Test
    void oneUpdateAtATimeWhileSearchesGoOn() {
        try (ImageIndex index = plane();
                ImageIndex other = ImageIndex.open(folder());
                IndexUpdate update = index.update()) {
            assertThatThrownBy(other::update)
                    .isInstanceOf(RetrievalException.class)
                    .hasMessageContaining(folder().toString())
                    .hasMessageContaining("being written");
            update.put(IndexedImage.of("west", new float[] {-1, 0}));
            assertThat(other.size()).isEqualTo(3);
        }
    }

    @Test
    void partsAreSearchedAndAnImageCountsByItsBest() {
        Spaces spaces = new Spaces(PLANE, Optional.of(FeatureSpace.named("plane parts", 3)));
        try (ImageIndex index = ImageIndex.create(folder(), spaces, IndexOptions.DEFAULT)) {
            try (IndexUpdate update = index.update()) {
                for (String id : List.of("a", "b", "c")) {
                    List<IndexedImage.Part> parts = new ArrayList<>();
                    for (int i = 0; i < 40; i++) {
                        double turn = id.equals("b") ? 0.5 + i * 0.01 : id.equals("a") ? i * 0.01 : 2;
                        parts.add(new IndexedImage.Part(
                                new Box(i, 0, i + 1, 1),
                                new float[] {(float) Math.cos(turn), (float) Math.sin(turn), 0}));
                    }
                    update.put(new IndexedImage(id, new float[] {1, 1}, parts, Map.of("name", id)));
                }
                update.commit();
            }
            assertThat(index.parts()).isEqualTo(120);
            Query query = Query.of(spaces.parts().orElseThrow(), new float[] {1, 0, 0}, 3)
                    .with(Target.PARTS)
                    .withCandidates(3);
            List<Hit> hits = index.search(query);
            assertThat(ids(hits)).containsExactly("a", "b", "c");
            assertThat(hits.get(0).place()).contains(new Box(0, 0, 1, 1));
            assertThat(hits.get(1).similarity()).isCloseTo(Math.cos(0.5), within(1e-6));
            assertThat(hits.get(2).attributes()).containsEntry("name", "c");
            assertThat(index.search(query.with(Method.EXACT))).isEqualTo(hits);
            try (IndexUpdate update = index.update()) {
                update.delete("a");
                update.commit();
            }
            assertThat(index.parts()).isEqualTo(80);
        }
    }

    @Test
    void searchingPartsOfAnIndexWithoutSaysSo() {
        try (ImageIndex index = plane()) {
            assertThatThrownBy(() -> index.search(query(1, 1, 0).with(Target.PARTS)))
                    .isInstanceOf(RetrievalException.class)
                    .hasMessageContaining("no vectors of parts");
        }
    }

    @Test
    void fourThousandAndNinetySixDimensionsAreKeptAndMoreAreRefused() {
        FeatureSpace wide = FeatureSpace.named("wide", 4096);
        float[][] rows = random(30, 4096, 1);
        for (Storage storage : Storage.values()) {
            Path place = temp.resolve(storage.name());
            try (ImageIndex index = ImageIndex.create(place, Spaces.whole(wide), IndexOptions.DEFAULT.with(storage))) {
                try (IndexUpdate update = index.update()) {
                    for (int i = 0; i < rows.length; i++) {
                        update.put(IndexedImage.of("image " + i, rows[i]));
                    }
                    update.commit();
                }
            }
            try (ImageIndex index = ImageIndex.open(place)) {
                assertThat(index.options().storage()).isEqualTo(storage);
                Hit hit = index.search(Query.of(wide, rows[7], 1)).get(0);
                assertThat(hit.id()).isEqualTo("image 7");
                assertThat(hit.similarity()).isCloseTo(1, within(1e-6));
            }
        }
        assertThatThrownBy(() -> ImageIndex.create(
                        folder(), Spaces.whole(FeatureSpace.named("wider", 4097)), IndexOptions.DEFAULT))
                .hasMessageContaining("4096")
                .hasMessageContaining("reduce");
    }

    @Test
    void graphAndExactSearchAgreeInEveryStorage() {
        int dim = 24;
        FeatureSpace space = FeatureSpace.named("random", dim);
        float[][] rows = random(3000, dim, 2);
        float[][] queries = random(50, dim, 3);
        for (Storage storage : Storage.values()) {
            try (ImageIndex index = ImageIndex.create(
                    temp.resolve(storage.name()), Spaces.whole(space), IndexOptions.DEFAULT.with(storage))) {
                try (IndexUpdate update = index.update()) {
                    for (int i = 0; i < rows.length; i++) {
                        update.put(IndexedImage.of(Integer.toString(i), rows[i]));
                        if (i % 700 == 0) {
                            update.commit(); // several graphs
                        }
                    }
                    update.commit();
                }
                List<Query> exact = Arrays.stream(queries)
                        .map(q -> Query.of(space, q, 10).with(Method.EXACT))
                        .toList();
                List<List<Hit>> truth = index.searchAll(exact);
                int common = 0;
                for (int i = 0; i < queries.length; i++) {
                    assertThat(ids(truth.get(i)).get(0)).isEqualTo(nearest(rows, queries[i]));
                    Set<String> found = new HashSet<>(ids(index.search(Query.of(space, queries[i], 10))));
                    common += (int)
                            ids(truth.get(i)).stream().filter(found::contains).count();
                }
                assertThat(common / 500.0).as(storage.name()).isGreaterThan(0.98);
            }
        }
    }

    private static String nearest(float[][] rows, float[] query) {
        int best = 0;
        for (int i = 1; i < rows.length; i++) {
            best = cosine(rows[i], query) > cosine(rows[best], query) ? i : best;
        }
        return Integer.toString(best);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            squares += (double) a[i] * a[i];
        }
        return dot / Math.sqrt(squares);
    }

    @Test
    void aReductionKeepsCosinesOfVectorsInItsPlaneAndIsStored() throws IOException {
        // Rows lie in the plane of two directions of five; two components lose nothing.
        float[][] rows = new float[20][];
        for (int i = 0; i < rows.length; i++) {
            double turn = i * 0.1;
            rows[i] = new float[] {0, (float) Math.cos(turn), 0, (float) Math.sin(turn), 0};
        }
        FeatureSpace space = FeatureSpace.named("five", 5);
        IndexOptions options = IndexOptions.DEFAULT.withReduced(2);
        try (ImageIndex index = ImageIndex.create(
                        folder(), Spaces.whole(space), options, FeatureRows.of(rows), Optional.empty());
                IndexUpdate update = index.update()) {
            for (int i = 0; i < rows.length; i++) {
                update.put(IndexedImage.of("turn " + i, rows[i]));
            }
            update.commit();
        }
        try (ImageIndex index = ImageIndex.open(folder())) {
            assertThat(index.options().reduced()).hasValue(2);
            assertThat(index.images()).hasSize(20);
            List<Hit> hits = index.search(Query.of(space, rows[4], 3));
            assertThat(ids(hits)).contains("turn 4", "turn 3", "turn 5");
            assertThat(hits.get(1).similarity()).isCloseTo(Math.cos(0.1), within(1e-5));
            assertThatThrownBy(() -> index.search(Query.of(space, new float[] {1, 0, 0, 0, 0}, 1)))
                    .as("orthogonal to all components")
                    .hasMessageContaining("all values of the vector are 0");
        }
    }

    /** int8 has one range for all values of a vector and cuts off what is much larger than the rest. */
    @Test
    void aReductionSpreadsTheStrongestDirectionOverAllValuesAndKeepsCosines() {
        int dim = 48;
        float[][] rows = random(200, dim, 5);
        for (float[] row : rows) {
            row[3] += 40; // what all have in common: the first principal axis
        }
        float[] common = new float[dim];
        common[3] = 1;
        Reduction all = Reduction.fit(FeatureRows.of(rows), dim);
        float[] turned = all.apply(common);
        assertThat(Vectors.dot(turned, turned)).isCloseTo(1, within(1e-5f));
        for (float value : turned) {
            assertThat(Math.abs(value)).isLessThan(0.6f); // 1 in one place and 0 elsewhere without a rotation
        }
        assertThat(Vectors.dot(all.apply(rows[0]), all.apply(rows[1])))
                .isCloseTo(Vectors.dot(rows[0], rows[1]), within(1e-2f)); // of about 1600
        float[] one = Reduction.fit(FeatureRows.of(rows), 1).apply(common);
        assertThat(Math.abs(one[0])).isGreaterThan(0.99f);
    }

    @Test
    void aReductionNeedsASampleAsLargeAsItIs() {
        FeatureSpace space = FeatureSpace.named("five", 5);
        IndexOptions options = IndexOptions.DEFAULT.withReduced(4);
        assertThatThrownBy(() -> ImageIndex.create(folder(), Spaces.whole(space), options))
                .hasMessageContaining("sample");
        assertThatThrownBy(() -> ImageIndex.create(
                        folder(), Spaces.whole(space), options, FeatureRows.of(random(3, 5, 1)), Optional.empty()))
                .hasMessageContaining("there are 3");
        assertThat(ImageIndex.exists(folder())).isFalse();
    }

    @Test
    void vectorsThatAreNearToNothingAreRefusedBothWays() {
        try (ImageIndex index = plane();
                IndexUpdate update = index.update()) {
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                assertThatThrownBy(() -> update.put(IndexedImage.of("bad.jpg", new float[] {1, bad})))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("bad.jpg")
                        .hasMessageContaining("value 1");
                assertThatThrownBy(() -> index.search(query(1, bad, 0))).hasMessageContaining("the query");
            }
            assertThatThrownBy(() -> update.put(IndexedImage.of("black.jpg", new float[2])))
                    .hasMessageContaining("black.jpg")
                    .hasMessageContaining("are 0");
            assertThatThrownBy(() -> index.search(query(1, 0, 0).with(Method.EXACT)))
                    .hasMessageContaining("are 0");
            update.commit();
            assertThat(index.size()).isEqualTo(3);
        }
    }

    @Test
    void aQueryFromAnotherSpaceIsRefusedWithBothNamed() {
        FeatureSpace own = new FeatureSpace(
                "v2", 2, Map.of("model", "dinov2_vits14", "weights", "sha 1", "pooling", "cls", "transform", "224"));
        try (ImageIndex index = ImageIndex.create(folder(), Spaces.whole(own), IndexOptions.DEFAULT)) {
            put(index, "east", 1, 0);
            for (Map<String, String> other : List.of(
                    Map.of("model", "dinov3_vits16"),
                    Map.of("weights", "sha 2"),
                    Map.of("pooling", "gem 4"),
                    Map.of("transform", "448"))) {
                FeatureSpace space = new FeatureSpace("v2", 2, other);
                assertThatThrownBy(() -> index.search(Query.of(space, new float[] {1, 0}, 1)))
                        .isInstanceOf(RetrievalException.class)
                        .hasMessageContaining(folder().toString())
                        .hasMessageContaining(other.values().iterator().next());
            }
            assertThatThrownBy(() -> index.search(Query.of(FeatureSpace.named("text", 2), new float[] {1, 0}, 1)))
                    .hasMessageContaining("'v2'")
                    .hasMessageContaining("'text'");
            assertThatThrownBy(() -> index.search(Query.of(FeatureSpace.named("v2", 3), new float[] {1, 0, 0}, 1)))
                    .hasMessageContaining("of 2 and of 3 values");
            assertThat(index.search(Query.of(FeatureSpace.named("v2", 2), new float[] {1, 0}, 1)))
                    .hasSize(1);
        }
    }

    @Test
    void anEmptyIndexAndNoIndexAreToldApart() throws IOException {
        try (ImageIndex index = ImageIndex.create(folder(), Spaces.whole(PLANE), IndexOptions.DEFAULT)) {
            assertThat(index.size()).isZero();
            for (Method method : Method.values()) {
                assertThatThrownBy(() -> index.search(query(1, 1, 0).with(method)))
                        .isInstanceOf(RetrievalException.class)
                        .hasMessageContaining("is empty");
            }
        }
        assertThatThrownBy(() -> ImageIndex.open(temp.resolve("nowhere"))).hasMessageContaining("there is no index");
        Path other = Files.createDirectory(temp.resolve("other"));
        assertThatThrownBy(() -> ImageIndex.open(other)).hasMessageContaining("holds no index");
        assertThatThrownBy(() -> ImageIndex.create(folder(), Spaces.whole(PLANE), IndexOptions.DEFAULT))
                .hasMessageContaining("there is an index already");
        Files.writeString(other.resolve("notes.txt"), "mine");
        assertThatThrownBy(() -> ImageIndex.create(other, Spaces.whole(PLANE), IndexOptions.DEFAULT))
                .hasMessageContaining("notes.txt");
    }

    @Test
    void aCutOffOrOverwrittenFileIsToldAsDamage() throws IOException {
        plane().close();
        List<Path> files;
        try (Stream<Path> list = Files.list(folder())) {
            files = list.filter(file -> !file.endsWith("write.lock")).sorted().toList();
        }
        assertThat(files).hasSizeGreaterThan(3);
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            assertDamage(file);
            Files.delete(file);
            assertDamage(file);
            byte[] changed = whole.clone();
            changed[whole.length / 2] ^= 0x55;
            Files.write(file, changed);
            assertDamage(file);
            Files.write(file, whole);
        }
        try (ImageIndex index = ImageIndex.open(folder())) {
            index.verify();
        }
    }

    private void assertDamage(Path file) {
        assertThatThrownBy(() -> {
                    try (ImageIndex index = ImageIndex.open(folder())) {
                        index.verify();
                    }
                })
                .as(file.toString())
                .isInstanceOf(RetrievalException.class)
                .hasMessageContaining(folder().toString())
                .hasMessageContaining("dino4j index");
    }
}
