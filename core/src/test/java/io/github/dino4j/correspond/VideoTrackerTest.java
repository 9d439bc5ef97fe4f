package io.github.dino4j.correspond;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.SegmentMap;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VideoTrackerTest {
    private static final int WIDTH = 192;
    private static final int HEIGHT = 128;
    private static Model model;

    @BeforeAll
    static void load() {
        model = TinyModel.random();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static TrackingProtocol protocol(String name) {
        return (name.equals("dinov1") ? TrackingProtocol.DINOV1 : TrackingProtocol.DINOV3).withSide(HEIGHT);
    }

    /** Noise, and in it a patch of other noise of 48 x 48 pixels at (x, 32). */
    private static RgbImage frame(int x) {
        Random ground = new Random(1);
        Random thing = new Random(2);
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (60 + ground.nextInt(60));
        }
        for (int i = 0; i < 48 * 48; i++) {
            int at = 3 * ((32 + i / 48) * WIDTH + x + i % 48);
            rgb[at] = (byte) (190 + thing.nextInt(60));
            rgb[at + 1] = (byte) thing.nextInt(90);
            rgb[at + 2] = (byte) thing.nextInt(40);
        }
        return RgbImage.of(WIDTH, HEIGHT, rgb);
    }

    private static ObjectMask mask(int x, int label) {
        int[] labels = new int[WIDTH * HEIGHT];
        for (int i = 0; i < 48 * 48; i++) {
            int column = x + i % 48;
            labels[(32 + i / 48) * WIDTH + column] = label;
        }
        return ObjectMask.of(WIDTH, HEIGHT, labels);
    }

    private static boolean[] pixels(SegmentMap map, int label) {
        short[] labels = map.labels();
        boolean[] pixels = new boolean[labels.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = labels[i] == label;
        }
        return pixels;
    }

    @ParameterizedTest
    @ValueSource(strings = {"dinov1", "dinov3"})
    void keepsTheMaskWhereNothingMoves(String name) {
        ObjectTrack track = VideoTracker.of(model, protocol(name)).begin(frame(48), mask(48, 3));

        track.next(frame(48));
        SegmentMap last = track.next(frame(48));

        assertThat(TrackingMetrics.region(mask(48, 3).pixels(3), pixels(last, 3)))
                .isGreaterThan(0.8);
        assertThat(last.classes().nameOf(3)).isEqualTo("object 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dinov1", "dinov3"})
    void followsWhatMoves(String name) {
        ObjectTrack track = VideoTracker.of(model, protocol(name)).begin(frame(32), mask(32, 1));

        SegmentMap last = track.first();
        for (int x = 48; x <= 96; x += 16) {
            last = track.next(frame(x));
        }

        boolean[] found = pixels(last, 1);
        double moved = TrackingMetrics.region(mask(96, 1).pixels(1), found);
        double stayed = TrackingMetrics.region(mask(32, 1).pixels(1), found);
        assertThat(moved).isGreaterThan(0.6).isGreaterThan(stayed + 0.4);
    }

    @Test
    void remembersNoMoreFramesThanTheProtocolSays() {
        TrackingProtocol none = protocol("dinov3").withPrevious(0);
        ObjectTrack alone = VideoTracker.of(model, none).begin(frame(32), mask(32, 1));
        ObjectTrack other = VideoTracker.of(model, none).begin(frame(32), mask(32, 1));

        alone.next(frame(80));

        assertThat(alone.next(frame(48)).labels())
                .isEqualTo(other.next(frame(48)).labels());
    }

    @Test
    void sizesAreThoseOfTheProtocols() {
        // DAVIS 480p: 854 x 480 -> 832 x 480; the notebook: 960, 854 / 480 * 960 = 1708 -> 1712
        assertThat(TrackingProtocol.DINOV1.size(480, 854, 8)).containsExactly(480, 832);
        assertThat(TrackingProtocol.DINOV1.size(854, 480, 16)).containsExactly(832, 480);
        assertThat(TrackingProtocol.DINOV3.size(480, 854, 16)).containsExactly(960, 1712);
        assertThat(TrackingProtocol.DINOV3.size(854, 480, 14)).containsExactly(1722, 966);
    }

    @Test
    void refusesWhatDoesNotBelongTogether() {
        VideoTracker tracker = VideoTracker.of(model, protocol("dinov3"));
        ObjectTrack track = tracker.begin(frame(48), mask(48, 1));
        RgbImage small = TinyModel.picture(64, 64, 1);

        assertThatThrownBy(() -> tracker.begin(small, mask(48, 1))).hasMessageContaining("the first frame 64 x 64");
        assertThatThrownBy(() -> track.next(small)).hasMessageContaining("all frames of a video have one size");
        assertThatThrownBy(() -> tracker.begin(frame(48), mask(48, 0))).hasMessageContaining("no object");
    }

    @Test
    void tellsWhatIsTooSmallForTheGrid() {
        int[] labels = new int[WIDTH * HEIGHT];
        labels[0] = 2;
        labels[8 * WIDTH + 8] = 5; // the middle of the first patch

        ObjectTrack track =
                VideoTracker.of(model, protocol("dinov3")).begin(frame(48), ObjectMask.of(WIDTH, HEIGHT, labels));

        assertThat(track.unseen()).containsExactly(2);
    }
}
