package io.github.dino4j.correspond;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.image.GifWriter;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.SegmentMap;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippet of package-info, over a video that is a GIF. */
class PackageInfoTest {
    @Test
    void pairsAndFollows(@TempDir Path folder) throws Exception {
        RgbImage left = TinyModel.picture(96, 64, 1);
        RgbImage right = TinyModel.picture(96, 64, 2);
        Path file = folder.resolve("two.gif");
        try (GifWriter gif = new GifWriter(file, 10)) {
            gif.add(left);
            gif.add(right);
            gif.finish();
        }
        int[] labels = new int[96 * 64];
        java.util.Arrays.fill(labels, 0, labels.length / 2, 1);
        ObjectMask.of(96, 64, labels).map().writeIndexedPng(folder.resolve("0.png"));
        Video frames = Video.open(file);
        try (Model model = TinyModel.random()) {
            List<Features> features = model.features(List.of(
                    model.card().transform().withSize(64, 96).apply(left),
                    model.card().transform().withSize(64, 96).apply(right)));
            Correspondences pairs =
                    Correspondences.mutual(features.get(0), features.get(1)).spread(60);
            pairs.picture(left, right).writePng(folder.resolve("pairs.png"));

            ObjectTrack track = VideoTracker.of(model, TrackingProtocol.DINOV3.withSide(64))
                    .begin(frames.frame(0), ObjectMask.read(folder.resolve("0.png")));
            SegmentMap second = track.next(frames.frame(1));

            assertThat(second.shares()).isNotEmpty();
        }
        assertThat(folder.resolve("pairs.png")).isNotEmptyFile();
        assertThat(frames.size()).isEqualTo(2);
    }

    @Test
    void framesAreOrderedByTheirNumbers() {
        assertThat(java.util.stream.Stream.of("f10.png", "f9.png", "f009b.png", "a.png")
                        .map(Path::of)
                        .sorted(Video.byNumber())
                        .map(Path::toString))
                .containsExactly("a.png", "f9.png", "f009b.png", "f10.png");
    }
}
