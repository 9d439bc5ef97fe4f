package io.github.dino4j.golden;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.backbone.XcitComponent;
import io.github.dino4j.correspond.LabelPropagationComponent;
import io.github.dino4j.depth.HubDepthComponent;
import io.github.dino4j.detect.BoxOpsComponent;
import io.github.dino4j.detect.DetectorComponent;
import io.github.dino4j.retrieve.RetrievalComponent;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.text.DinoTxtComponent;
import io.github.dino4j.text.TokenizerComponent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every golden case against the official numbers. Without options: the cases in the test resources, and all of
 * {@code ../shared/golden} where that folder exists; those of components that this version does not have are listed as
 * skipped. With {@code -Ddino4j.golden=DIR[,DIR...]}: every case of these folders, and one that cannot be run fails.
 */
@Tag("golden")
class GoldenTest {
    private static final List<GoldenComponent> COMPONENTS = List.of(
            new BackboneComponent(),
            new ResNetComponent(),
            new XcitComponent(),
            new RopeComponent(),
            new CheckpointComponent(),
            new StoredValuesComponent(),
            new AttentionComponent(),
            new TransformComponent(),
            new SinePositionsComponent(),
            new MaskedTransformerDecoderComponent(),
            new SegmentLossComponent(),
            new Mask2FormerComponent(),
            new AdapterComponent(),
            new AdapterLearningComponent(),
            new DeformableAttentionComponent(),
            new PixelDecoderComponent(),
            new DepthMetricsComponent(),
            new LinearSegmenterComponent(),
            new HubSegmenterComponent(),
            new FineTuneDecoderComponent(),
            new LoraComponent(),
            new SegmentMetricsComponent(),
            new DptHeadComponent(),
            new DeptherComponent(),
            new FeaturesToDepthComponent(),
            new DepthLossComponent(),
            new HubDepthComponent(),
            new ScheduleComponent(),
            new ParameterGroupComponent(),
            new LinearProbeComponent(),
            new LoraTrainingComponent(),
            new DinoHeadComponent(),
            new SelfSupervisedLossComponent(),
            new SelfSupervisedStepsComponent(),
            new DetectorComponent(),
            new BoxOpsComponent(),
            new KnnComponent(),
            new LinearClassifierComponent(),
            new RetrievalComponent(),
            new LabelPropagationComponent(),
            new TokenizerComponent(),
            new DinoTxtComponent());

    @TestFactory
    Stream<DynamicTest> everyCaseGivesTheOfficialNumbers() throws IOException {
        String asked = System.getProperty("dino4j.golden", "");
        boolean strict = !asked.isBlank();
        List<Path> folders = strict
                ? Arrays.stream(asked.split(",")).map(GoldenTest::fromRoot).toList()
                : defaultFolders();
        Map<String, GoldenCase> cases = new LinkedHashMap<>();
        for (Path folder : folders) {
            for (GoldenCase golden : cases(folder)) {
                cases.putIfAbsent(strict ? golden.file().toString() : golden.name(), golden);
            }
        }
        if (cases.isEmpty()) {
            throw new IllegalStateException("no golden case in " + folders);
        }
        Stream<DynamicTest> tests = cases.values().stream().flatMap(golden -> tests(golden, strict));
        return strict ? tests : Stream.concat(tests, absent(cases.keySet()));
    }

    /** One skipped test for each case of the full set that is neither in the resources nor beside the repository. */
    private static Stream<DynamicTest> absent(Set<String> present) throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/golden/cases.txt")).stream()
                .map(line -> line.substring(line.indexOf('/') + 1))
                .filter(name -> !present.contains(name))
                .map(name -> DynamicTest.dynamicTest(
                        name, () -> assumeTrue(false, name + ": needs ../shared/golden, which is not here")));
    }

    /** A case over the weights as they are and, where they can be packed, over each packed view. */
    private static Stream<DynamicTest> tests(GoldenCase golden, boolean strict) {
        DynamicTest plain = DynamicTest.dynamicTest(golden.name(), () -> run(golden, strict));
        return BackboneComponent.packs(golden)
                ? Stream.concat(
                        Stream.of(plain), Arrays.stream(Precision.values()).map(precision -> packed(golden, precision)))
                : Stream.of(plain);
    }

    private static DynamicTest packed(GoldenCase golden, Precision precision) {
        return DynamicTest.dynamicTest(golden.name() + " in " + precision, () -> {
            assumeTrue(precision.supported(), "this processor has no kernels for " + precision);
            Check check = new Check(golden, BackboneComponent.leastCosine(precision));
            BackboneComponent.run(golden, precision, check);
            System.out.println(precision + " " + check.finish());
        });
    }

    private static void run(GoldenCase golden, boolean strict) {
        Optional<GoldenComponent> component =
                COMPONENTS.stream().filter(c -> c.handles(golden)).findFirst();
        if (component.isEmpty()) {
            String message = golden.name() + ": no component runs the source '" + golden.source() + "'";
            if (strict) {
                throw new AssertionError(message);
            }
            assumeTrue(false, message);
        }
        Check check = new Check(golden);
        component.orElseThrow().run(golden, check);
        System.out.println(check.finish());
    }

    /** Relative folders count from the repository, wherever Maven started the test. */
    private static Path fromRoot(String folder) {
        Path path = Path.of(folder.trim());
        return path.isAbsolute() || Files.isDirectory(path)
                ? path
                : Path.of("..").resolve(path);
    }

    private static List<Path> defaultFolders() {
        List<Path> folders = new ArrayList<>();
        for (String root : List.of("src/test/resources/golden", "../../shared/golden")) {
            for (String folder : List.of("backbone", "hub", "head", "train")) {
                folders.add(Path.of(root, folder));
            }
        }
        return folders.stream().filter(Files::isDirectory).toList();
    }

    private static List<GoldenCase> cases(Path folder) throws IOException {
        List<GoldenCase> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                if (new ObjectMapper().readTree(file.toFile()).has("outputs")) { // beside them lie config.json files
                    cases.add(GoldenCase.read(file));
                }
            }
        }
        return cases;
    }
}
