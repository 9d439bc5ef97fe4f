package io.github.dino4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;

/** The shape of the house (docs/architecture.md): data flows one way through the packages. */
@AnalyzeClasses(packages = "io.github.dino4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    /** Each may use those before it. */
    private static final List<String> ORDER = List.of(
            "tensor",
            "image",
            "augment",
            "weights",
            "nn",
            "lora",
            "backbone",
            "decoder",
            "predict",
            "bench",
            "visual",
            "export",
            "segment",
            "depth",
            "classify",
            "detect",
            "correspond",
            "text",
            "retrieve",
            "data",
            "eval",
            "train",
            "ssl",
            "recipe",
            "compare");

    @ArchTest
    static final ArchRule onlyTensorSeesTheEngine = noClasses()
            .that()
            .resideOutsideOfPackage("..dino4j.tensor..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..")
            .because("a wrong overload on a raw pointer ends the JVM; Tensor is the safety boundary");

    @ArchTest
    static final ArchRule onlyRetrieveSeesTheIndex = noClasses()
            .that()
            .resideOutsideOfPackage("..dino4j.retrieve..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.lucene..")
            .because("how vectors are kept and found is ImageIndex's own affair (docs/adr/0014)");

    @ArchTest
    static final ArchRule packagesUseOnlyThoseBeforeThem = order();

    @ArchTest
    static final ArchRule noCycles = slices().matching("io.github.dino4j.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a cycle makes two packages one");

    @ArchTest
    static final ArchRule nobodyImportsTheFrontDoor = noClasses()
            .that()
            .resideInAPackage("io.github.dino4j.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.dino4j");

    private static ArchRule order() {
        CompositeArchRule rule = null;
        for (int i = 0; i < ORDER.size() - 1; i++) {
            List<String> later = new ArrayList<>();
            for (String name : ORDER.subList(i + 1, ORDER.size())) {
                later.add("io.github.dino4j." + name + "..");
            }
            ArchRule one = noClasses()
                    .that()
                    .resideInAPackage("io.github.dino4j." + ORDER.get(i) + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later.toArray(String[]::new))
                    .allowEmptyShould(true);
            rule = rule == null ? CompositeArchRule.of(one) : rule.and(one);
        }
        return java.util.Objects.requireNonNull(rule);
    }
}
