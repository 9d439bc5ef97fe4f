package io.github.dino4j.retrieve;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.golden.BackboneComponent;
import io.github.dino4j.golden.CaseParameters;
import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.golden.OfficialConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** DINOv1's copy detection (pooling, whitening) and its retrieval on Oxford and Paris (scales, ranks, mean average precision). */
public final class RetrievalComponent implements GoldenComponent {
    private static final String COPIES = "eval_copy_detection.py extract_features";
    private static final String LANDMARKS = "utils.py multi_scale, compute_map";

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains(COPIES) || golden.source().contains(LANDMARKS);
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Scope scope = Scope.inference();
                Arena arena = new Arena()) {
            Backbone backbone =
                    Backbone.of(OfficialConfig.of(golden), Parameters.of(new CaseParameters(golden, "", arena)));
            Tensor x = BackboneComponent.tensor(golden.input("x"));
            if (golden.source().contains(COPIES)) {
                copies(golden, backbone.forward(x).normed(), check);
            } else {
                landmarks(golden, backbone, x, check);
            }
        }
    }

    private static void copies(GoldenCase golden, Tokens tokens, Check check) {
        check.expect(
                "features",
                Pooling.clsGem(golden.config().path("gem_p").asDouble()).of(tokens));
        Whitening whitening = Whitening.fit(FeatureRows.of(rows(golden.input("features_whitening"))));
        float[][] queries = rows(golden.input("queries"));
        float[][] database = rows(golden.input("database"));
        float[] similarity = similarities(
                Arrays.stream(queries).map(whitening::apply).toArray(float[][]::new),
                Arrays.stream(database).map(whitening::apply).toArray(float[][]::new));
        check.expect("similarity", new long[] {queries.length, database.length}, similarity);
        float[] top = new float[4 * queries.length];
        for (int q = 0; q < queries.length; q++) {
            int[] ranking = ranking(Arrays.copyOfRange(similarity, q * database.length, (q + 1) * database.length));
            for (int i = 0; i < 4; i++) {
                top[4 * q + i] = ranking[i];
            }
        }
        check.expectLabels("top4", new long[] {queries.length, 4}, top);
    }

    private static void landmarks(GoldenCase golden, Backbone backbone, Tensor x, Check check) {
        JsonNode c = golden.config();
        List<Double> scales = new ArrayList<>();
        c.path("scales").forEach(scale -> scales.add(scale.asDouble()));
        check.expect(
                "multi_scale",
                DescriptorReader.averaged(backbone, x, backbone.forward(x).normed(), Pooling.CLS, scales));

        float[][] images = rows(golden.input("train_features"));
        float[][] queries = rows(golden.input("query_features"));
        float[] similarity = similarities(queries, images);
        List<Integer> ks = new ArrayList<>();
        c.path("kappas").forEach(k -> ks.add(k.asInt()));
        RetrievalMetrics metrics = new RetrievalMetrics(ks.toArray(new Integer[0]));
        float[] ranks = new float[similarity.length]; // [images, queries]
        for (int q = 0; q < queries.length; q++) {
            int[] ranking = ranking(Arrays.copyOfRange(similarity, q * images.length, (q + 1) * images.length));
            for (int i = 0; i < ranking.length; i++) {
                ranks[i * queries.length + q] = ranking[i];
            }
            JsonNode truth = c.path("gnd").path(q);
            metrics.add(new RankedTruth(numbers(truth.path("ok")), numbers(truth.path("junk"))), ranking);
        }
        check.expectLabels("ranks", new long[] {images.length, queries.length}, ranks);
        check.expect("map", new long[] {1}, new float[] {(float) metrics.map()});
        check.expect("aps_nan_as_minus1", new long[] {queries.length}, floats(metrics.averagePrecisions()));
        check.expect("mean_precision_at_k", new long[] {ks.size()}, floats(metrics.precisionsAt()));
    }

    private static Set<Integer> numbers(JsonNode array) {
        Set<Integer> numbers = new HashSet<>();
        array.forEach(number -> numbers.add(number.asInt()));
        return numbers;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = Double.isNaN(values[i]) ? -1 : (float) values[i];
        }
        return floats;
    }

    /** Cosines [queries, database]. */
    private static float[] similarities(float[][] queries, float[][] database) {
        float[] values = new float[queries.length * database.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Vectors.dot(
                    Vectors.unit(queries[i / database.length], "query"),
                    Vectors.unit(database[i % database.length], "image"));
        }
        return values;
    }

    private static int[] ranking(float[] similarities) {
        return IntStream.range(0, similarities.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -similarities[i]))
                .mapToInt(i -> i)
                .toArray();
    }

    private static float[][] rows(FloatArray array) {
        int dim = (int) array.shape()[1];
        return IntStream.range(0, (int) array.shape()[0])
                .mapToObj(i -> Arrays.copyOfRange(array.values(), i * dim, (i + 1) * dim))
                .toArray(float[][]::new);
    }
}
