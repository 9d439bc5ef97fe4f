package io.github.dino4j.ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BlockMasksTest {
    private static int[] counts(PatchMasks masks) {
        int[] counts = new int[masks.images()];
        Arrays.stream(masks.indices()).forEach(index -> counts[(int) index / masks.patches()]++);
        return counts;
    }

    @Test
    void halfOfTheImagesHideExactlyTheirShareInV3() {
        int[] counts = counts(BlockMasks.dinoV3(14, 14).draw(8, new SplittableRandom(3)));
        Arrays.sort(counts);
        // 196 patches, parts 0.2, 0.3, 0.4, 0.5 for four of eight images
        assertThat(counts).containsExactly(0, 0, 0, 0, 39, 58, 78, 98);
    }

    @Test
    void inV2SizesAreDrawnWithinTheirPartAndMayFallShort() {
        BlockMasks masks = new BlockMasks(14, 14, 0.5, 0.1, 0.5, false);
        for (int seed = 0; seed < 20; seed++) {
            int[] counts = counts(masks.draw(8, new SplittableRandom(seed)));
            Arrays.sort(counts);
            assertThat(Arrays.stream(counts).filter(c -> c == 0).count()).isGreaterThanOrEqualTo(4);
            assertThat(counts[7]).isLessThanOrEqualTo(98);
        }
    }

    @Test
    void hiddenPatchesLieInBlocks() {
        int neighbours = 0;
        int all = 0;
        for (int seed = 0; seed < 20; seed++) {
            PatchMasks masks = BlockMasks.dinoV3(14, 14).draw(2, new SplittableRandom(seed));
            boolean[] hidden = new boolean[masks.images() * 196];
            Arrays.stream(masks.indices()).forEach(index -> hidden[(int) index] = true);
            for (long index : masks.indices()) {
                int right = (int) index + 1;
                if (right % 14 != 0) {
                    all++;
                    neighbours += hidden[right] ? 1 : 0;
                }
            }
        }
        assertThat((double) neighbours / all).isGreaterThan(0.7); // single patches at random would give 0.5 at most
    }

    @Test
    void everyPlaceIsHiddenNowAndThen() {
        TreeMap<Long, Integer> places = new TreeMap<>();
        for (int seed = 0; seed < 300; seed++) {
            PatchMasks masks = BlockMasks.dinoV3(6, 6).draw(2, new SplittableRandom(seed));
            Arrays.stream(masks.indices()).forEach(index -> places.merge(index % 36, 1, Integer::sum));
        }
        assertThat(places).hasSize(36);
        assertThat(places.values()).allMatch(count -> count > 30);
    }

    @Test
    void equalSeedsGiveEqualMasks() {
        PatchMasks a = BlockMasks.dinoV3(8, 8).draw(4, new SplittableRandom(1));
        PatchMasks b = BlockMasks.dinoV3(8, 8).draw(4, new SplittableRandom(1));
        assertThat(a.indices()).isEqualTo(b.indices());
    }

    @Test
    void ranksTakeTheirImagesOfTheWhole() {
        PatchMasks whole = BlockMasks.dinoV3(4, 4).draw(8, new SplittableRandom(5));
        PatchMasks own = whole.of(2, 2, 6, 2);
        assertThat(counts(own)).containsExactly(counts(whole)[2], counts(whole)[3], counts(whole)[6], counts(whole)[7]);
        assertThat(own.count() + own.visible().length).isEqualTo(64);
    }

    @Test
    void badSettingsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BlockMasks(4, 4, 0.5, 0.6, 0.5, true))
                .withMessageContaining("0.6..0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PatchMasks(List.of(new boolean[3], new boolean[4])))
                .withMessageContaining("3 patches, another 4");
    }
}
