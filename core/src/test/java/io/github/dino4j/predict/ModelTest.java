package io.github.dino4j.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Transform;
import io.github.dino4j.tensor.Precision;
import io.github.dino4j.testkit.MemorySoak;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ModelTest {
    private static final Transform TRANSFORM = Transform.dinoV3(64);

    private static Pixels pixels(int seed) {
        return TRANSFORM.apply(TinyModel.picture(80, 60, seed));
    }

    @Test
    void sameSeedGivesTheSameFeatures() {
        try (Model a = TinyModel.random();
                Model b = TinyModel.random()) {
            assertThat(a.features(List.of(pixels(1))).get(0).embedding())
                    .isEqualTo(b.features(List.of(pixels(1))).get(0).embedding());
        }
    }

    @Test
    void convNextIsPackedAndAResNetSaysThatItCannotBe() {
        assumeTrue(Precision.FLOAT32.supported(), "this processor has no kernels to pack for");
        BackboneConfig resNet = BackboneCatalog.get("dino_resnet50").config();

        assertThat(ModelLoader.precision(
                        LoadOptions.Precision.FLOAT32,
                        BackboneCatalog.get("dinov3_convnext_tiny").config()))
                .contains(Precision.FLOAT32);
        assertThat(ModelLoader.precision(LoadOptions.Precision.AUTO, resNet)).isEmpty();
        assertThatThrownBy(() -> ModelLoader.precision(LoadOptions.Precision.BFLOAT16, resNet))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only vision transformers and ConvNeXt run in BFLOAT16");
    }

    @Test
    void eightThreadsGiveBitEqualResultsToOne() throws Exception {
        try (Model model = TinyModel.random()) {
            int images = 16;
            List<Features> alone = new ArrayList<>();
            for (int i = 0; i < images; i++) {
                alone.add(model.features(List.of(pixels(i))).get(0));
            }

            ExecutorService threads = Executors.newFixedThreadPool(8);
            List<Callable<Void>> work = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int offset = t;
                work.add(() -> {
                    for (int k = 0; k < 100; k++) {
                        int i = (k + offset) % images;
                        Features together = model.features(List.of(pixels(i))).get(0);
                        assertThat(together.embedding()).isEqualTo(alone.get(i).embedding());
                        assertThat(together.patches()).isEqualTo(alone.get(i).patches());
                    }
                    return null;
                });
            }
            for (Future<Void> result : threads.invokeAll(work)) {
                result.get();
            }
            threads.shutdown();
        }
    }

    @Test
    void closeWaitsForRunningCallsAndRefusesLaterOnes() throws Exception {
        Model model = TinyModel.random();
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        Future<Integer> running = threads.submit(() -> model.run(backbone -> {
            inside.countDown();
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return backbone.forward(Model.tensor(List.of(pixels(1))))
                    .normed()
                    .cls()
                    .toFloats()
                    .length;
        }));
        inside.await();
        Future<?> closing = threads.submit(model::close);

        assertThat(closing.isDone()).isFalse();
        mayEnd.countDown();

        assertThat(running.get(10, TimeUnit.SECONDS)).isEqualTo(48);
        closing.get(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> model.features(List.of(pixels(1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        model.close(); // harmless
        threads.shutdown();
    }

    @Test
    void refusesToCloseInsideItsOwnWork() {
        try (Model model = TinyModel.random()) {
            assertThatThrownBy(() -> model.run(backbone -> {
                        model.close();
                        return null;
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("inside its own run");
        }
    }

    @Test
    @Tag("soak")
    void residentMemoryStaysFlatOver20000Inferences() {
        assumeTrue(MemorySoak.isSupported(), "resident memory is read from /proc");
        try (Model model = TinyModel.random()) {
            Pixels image = pixels(1);

            List<Long> resident = MemorySoak.run(12_000, 4_000, 6, () -> model.features(List.of(image)));

            System.out.println("resident KiB at each 4,000 of 20,000 inferences: " + resident);
            assertThat(MemorySoak.largestGrowth(resident)).isLessThan(0.02);
        }
    }
}
