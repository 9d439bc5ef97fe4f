package io.github.dino4j.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.ClassList;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippet of package-info. */
class PackageInfoTest {

    @Test
    void comparesAMapWithItsTruth(@TempDir Path folder) throws Exception {
        short[] labels = {0, 3, 3, 8};
        SegmentMap map = SegmentMap.of(2, 2, labels, new float[4], ClassList.named("camvid"));
        RgbImage photo = Drawn.grey(2, 2);
        map.writeIndexedPng(folder.resolve("0001.png"));

        ClassList classes = ClassList.named("camvid");
        LabelImage truth = LabelImage.read(folder.resolve("0001.png"));
        SegmentMetrics metrics = new SegmentMetrics(classes);
        metrics.add(map, truth);
        String table = metrics.table();
        map.overlay(photo).writePng(folder.resolve("overlay.png"));

        assertThat(table).contains("pixel accuracy 100.00");
        assertThat(folder.resolve("overlay.png")).isNotEmptyFile();
    }
}
