package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.RgbImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AreaPictureTest {
    private static final List<AreaPicture.Area> TWO =
            List.of(new AreaPicture.Area("left", 0xff0000, "50 %"), new AreaPicture.Area("right", 0x0000ff, "50 %"));

    private static RgbImage halves() {
        int[] areas = new int[40 * 30];
        Arrays.setAll(areas, i -> i % 40 < 20 ? 0 : 1);
        return AreaPicture.over(Made.plain(40, 30, 0), areas, TWO, 0.5);
    }

    @Test
    void mixesColourAndPhotoByOpacity() {
        assertThat(halves().pixel(5, 5)).isEqualTo(0x800000);
        assertThat(halves().pixel(35, 5)).isEqualTo(0x000080);
    }

    @Test
    void drawsABorderOfOnePixelBetweenAreas() {
        assertThat(halves().pixel(18, 5)).isEqualTo(0x800000);
        assertThat(halves().pixel(19, 5)).isNotIn(0x800000, 0x000080);
        assertThat(halves().pixel(20, 5)).isEqualTo(0x000080);
    }

    @Test
    void leavesThePhotoWhereThereIsNoArea() {
        int[] areas = new int[100];
        Arrays.fill(areas, AreaPicture.NONE);

        RgbImage photo = Made.photo(10, 10);

        assertThat(AreaPicture.over(photo, areas, TWO, 0.5).rgb()).isEqualTo(photo.rgb());
    }

    @Test
    void keepsThePictureBesideItsLegend() {
        RgbImage picture = Made.photo(300, 200);

        RgbImage sheet = AreaPicture.withLegend(picture, TWO);

        assertThat(sheet.height()).isEqualTo(200);
        assertThat(sheet.crop(0, 0, 300, 200).rgb()).isEqualTo(picture.rgb());
        assertThat(coloursOf(sheet, 300)).contains(0xff0000, 0x0000ff);
    }

    @Test
    void growsDownwardWhereTheLegendIsTallerThanThePicture() {
        List<AreaPicture.Area> many = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            many.add(new AreaPicture.Area("class " + i, i * 6, "1 %"));
        }

        RgbImage sheet = AreaPicture.withLegend(Made.photo(60, 40), many);

        assertThat(sheet.height()).isGreaterThan(40);
        assertThat(coloursOf(sheet, 60))
                .containsAll(many.stream().map(AreaPicture.Area::colour).toList());
    }

    @Test
    void addsNothingWithoutALegend() {
        RgbImage picture = Made.photo(30, 20);

        assertThat(AreaPicture.withLegend(picture, List.of())).isSameAs(picture);
    }

    @Test
    void refusesAreasOfAnotherSize() {
        assertThatThrownBy(() -> AreaPicture.over(Made.plain(4, 3, 0), new int[10], TWO, 0.5))
                .hasMessageContaining("10 pixels of areas do not cover the photo of 4 x 3");
    }

    private static List<Integer> coloursOf(RgbImage sheet, int fromColumn) {
        List<Integer> colours = new ArrayList<>();
        for (int y = 0; y < sheet.height(); y++) {
            for (int x = fromColumn; x < sheet.width(); x++) {
                colours.add(sheet.pixel(x, y));
            }
        }
        return colours;
    }
}
