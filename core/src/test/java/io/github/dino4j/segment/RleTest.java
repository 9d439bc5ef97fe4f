package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RleTest {
    /** As pycocotools 2.0 encodes a disc of radius 15 around (30, 18) in 60 x 40. */
    private static final String DISC = "Zc01R1:I4L4M2N2N2O0O2O0O2O0000000O20N100000001N101N101N2N2N3L4L7FSa0";

    /** The two examples in the definition of COCO's format. */
    @Test
    void countsRunsAsTheDefinitionDoes() {
        assertThat(Rle.of(1, 7, Drawn.mask(1, 7, ".", ".", "#", "#", "#", ".", "#"))
                        .counts())
                .containsExactly(2, 3, 1, 1);
        assertThat(Rle.of(1, 7, Drawn.mask(1, 7, "#", "#", "#", "#", "#", "#", "."))
                        .counts())
                .containsExactly(0, 6, 1);
    }

    @Test
    void runsDownTheColumns() {
        Rle rle = Rle.of(3, 2, Drawn.mask(3, 2, ".##", "#.."));

        assertThat(rle.counts()).containsExactly(1, 2, 1, 1, 1);
    }

    /**
     * By hand: small numbers are one character; 40 is 8 with more to follow, then 1; 16 would look negative, so 0
     * follows; from the fourth on the difference to the one two before stands, -2 as 30.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 7, '2 3 1 1', 231N",
        "1, 7, '0 6 1', 061",
        "1, 41, '40 1', X11",
        "1, 17, '16 1', `01",
        "1, 15, '15', ?",
        "1, 9, '1 2 3 3', 1231",
        "1, 60, '1 1 1 41 16', 111X1?"
    })
    void writesAndReadsStringsWorkedByHand(int width, int height, String counts, String encoded) {
        int[] runs = java.util.Arrays.stream(counts.split(" "))
                .mapToInt(Integer::parseInt)
                .toArray();

        assertThat(Rle.ofCounts(width, height, runs).encoded()).isEqualTo(encoded);
        assertThat(Rle.parse(width, height, encoded).counts()).containsExactly(runs);
    }

    @Test
    void writesWhatTheReferenceWrites() {
        boolean[] disc = new boolean[60 * 40];
        for (int i = 0; i < disc.length; i++) {
            int x = i % 60 - 30;
            int y = i / 60 - 18;
            disc[i] = x * x + y * y <= 225;
        }

        Rle rle = Rle.of(60, 40, disc);

        assertThat(rle.encoded()).isEqualTo(DISC);
        assertThat(rle.area()).isEqualTo(709);
        assertThat(rle.box()).isEqualTo(new PixelBox(15, 3, 31, 31));
    }

    @Test
    void readsWhatTheReferenceWrites() {
        Rle rle = Rle.parse(60, 40, DISC);

        assertThat(rle.mask()[18 * 60 + 30]).isTrue();
        assertThat(rle.mask()[18 * 60 + 46]).isFalse();
        assertThat(Rle.of(60, 40, rle.mask())).isEqualTo(rle);
    }

    @Test
    void givesBackAnyMask() {
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            int width = 1 + random.nextInt(40);
            int height = 1 + random.nextInt(40);
            double density = random.nextDouble();
            boolean[] mask = new boolean[width * height];
            int area = 0;
            for (int i = 0; i < mask.length; i++) {
                mask[i] = random.nextDouble() < density;
                area += mask[i] ? 1 : 0;
            }

            Rle rle = Rle.of(width, height, mask);

            assertThat(Rle.parse(width, height, rle.encoded()).mask()).isEqualTo(mask);
            assertThat(rle.area()).isEqualTo(area);
        }
    }

    @Test
    void boxesARunThatTurnsIntoTheNextColumn() {
        Rle rle = Rle.of(3, 3, Drawn.mask(3, 3, ".#.", "#..", "#.."));

        assertThat(rle.counts()).containsExactly(1, 3, 5);
        assertThat(rle.box()).isEqualTo(new PixelBox(0, 0, 2, 3));
    }

    @Test
    void hasAnEmptyBoxWhereNothingIsInside() {
        Rle rle = Rle.of(4, 3, new boolean[12]);

        assertThat(rle.counts()).containsExactly(12);
        assertThat(rle.area()).isZero();
        assertThat(rle.box()).isEqualTo(new PixelBox(0, 0, 0, 0));
    }

    @Test
    void cutsAMapIntoOneMaskALabel() {
        int[] labels = {5, 5, 7, 9, 5, 7};

        Map<Integer, Rle> masks = Rle.each(3, 2, i -> labels[i]);

        assertThat(masks).containsOnlyKeys(5, 7, 9);
        assertThat(masks.get(5)).isEqualTo(Rle.of(3, 2, Drawn.mask(3, 2, "##.", ".#.")));
        assertThat(masks.get(7)).isEqualTo(Rle.of(3, 2, Drawn.mask(3, 2, "..#", "..#")));
        assertThat(masks.get(9)).isEqualTo(Rle.of(3, 2, Drawn.mask(3, 2, "...", "#..")));
    }

    @Test
    void refusesCharactersOfNoRun() {
        assertThatThrownBy(() -> Rle.parse(2, 2, "1~3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not COCO's run-length code: '~' at character 1");
    }

    @Test
    void refusesAStringThatEndsWithinANumber() {
        assertThatThrownBy(() -> Rle.parse(2, 2, "1X")).hasMessageContaining("ends within a number");
    }

    @Test
    void refusesANumberThatNeverEnds() {
        assertThatThrownBy(() -> Rle.parse(2, 2, "oooooooooo")).hasMessageContaining("too long a number");
    }

    @Test
    void refusesANegativeRun() {
        assertThatThrownBy(() -> Rle.parse(2, 2, "N5")).hasMessageContaining("run 0 would be -2 pixels long");
    }

    @Test
    void refusesRunsOfAnotherSize() {
        assertThatThrownBy(() -> Rle.parse(7, 2, "231N"))
                .hasMessageContaining("hold 7 pixels, but its size is [2, 7] = 14");
    }
}
