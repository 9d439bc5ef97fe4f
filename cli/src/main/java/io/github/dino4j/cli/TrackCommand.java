package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.correspond.ObjectMask;
import io.github.dino4j.correspond.ObjectTrack;
import io.github.dino4j.correspond.TrackingProtocol;
import io.github.dino4j.correspond.Video;
import io.github.dino4j.correspond.VideoTracker;
import io.github.dino4j.eval.Setup;
import io.github.dino4j.image.GifWriter;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.visual.AreaPicture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "track",
        description =
                "Follow objects through a video from the mask of its first frame: an overlay as GIF, a picture and a"
                        + " mask for each frame.",
        footer = {
            "",
            "Examples:",
            "  dino4j track -m model.pth --mask 00000.png -o out frames/",
            "  dino4j track -m model.pth --mask first.png --protocol dinov1 -o out clip.gif",
            "",
            "The mask is a PNG of the frame's size: palette or grey, 0 the background, each other number an",
            "object; or colours on black."
        })
final class TrackCommand implements Callable<Integer> {
    private static final double OPACITY = 0.55;

    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TrackingOptions tracking = new TrackingOptions();

    @Option(names = "--mask", required = true, paramLabel = "FILE", description = "The objects in the first frame.")
    private Path mask = Path.of("");

    @Option(names = "--limit", paramLabel = "N", description = "Only the first N frames.")
    private Optional<Integer> limit = Optional.empty();

    @Option(
            names = "--gif-width",
            paramLabel = "N",
            description = "Most pixels of the GIF's width; pictures keep the frame's (default: ${DEFAULT-VALUE}).")
    private int gifWidth = 640;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FOLDER",
            description = "Gets track.gif, frames/NAME.png, masks/NAME.png (default: ${DEFAULT-VALUE}).")
    private Path output = Path.of("dino4j-out", "track");

    @Option(names = "--json", description = "Area and confidence of each object in each frame as JSON on stdout.")
    private boolean json;

    @Parameters(
            paramLabel = "FRAMES",
            description = "A folder of frames, taken by the numbers in their names, or a GIF.")
    private Path frames = Path.of("");

    private final List<Map<String, Object>> results = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        if (gifWidth < 16 || limit.orElse(1) < 1) {
            throw console.usage(
                    gifWidth < 16 ? "--gif-width " + gifWidth + ": wanted 16 or more" : "--limit: wanted 1 or more");
        }
        TrackingProtocol protocol = tracking.protocol(console);
        Video video = Video.open(frames);
        ObjectMask given = ObjectMask.read(mask);
        RgbImage first = video.frame(0);
        Output.folder(output);
        Files.createDirectories(output.resolve("frames"));
        Files.createDirectories(output.resolve("masks"));
        try (Dino dino = model.load(console)) {
            console.note("tracking: " + protocol.describe());
            VideoTracker tracker = VideoTracker.of(dino.model(), protocol);
            ObjectTrack track = tracker.begin(first, given);
            requireSeen(track, given);
            follow(video, first, track);
            report(given, Setup.of(tracker), dino.card().warnings());
        }
        return ExitCode.OK;
    }

    private void requireSeen(ObjectTrack track, ObjectMask given) {
        int[] unseen = track.unseen();
        if (unseen.length > 0) {
            String words = (unseen.length == 1 ? "object " : "objects ")
                    + String.join(
                            ", ",
                            IntStream.of(unseen).mapToObj(Integer::toString).toList())
                    + " of " + mask + (unseen.length == 1 ? " is" : " are")
                    + " too small: no patch has its middle there. Take larger frames (--side), or mark more of it.";
            if (unseen.length == given.objects().length) {
                throw console.usage(words);
            }
            console.note("warning: " + words);
        }
    }

    private void follow(Video video, RgbImage first, ObjectTrack track) throws IOException {
        int count = Math.min(video.size(), limit.orElse(Integer.MAX_VALUE));
        try (Progress progress = new Progress(console, "frames");
                GifWriter gif = new GifWriter(output.resolve("track.gif"), video.hundredths())) {
            progress.begins(count, 0);
            for (int i = 0; i < count; i++) {
                RgbImage frame = i == 0 ? first : video.frame(i);
                SegmentMap map = i == 0 ? track.first() : track.next(frame);
                String name = video.frameName(i);
                RgbImage overlay = overlay(frame, map);
                Output.png(output.resolve("frames").resolve(name + ".png"), overlay);
                Output.written(output.resolve("masks").resolve(name + ".png"), map::writeIndexedPng);
                gif.add(small(overlay));
                note(name, map);
                progress.step();
            }
            gif.finish();
        }
    }

    /** The objects over the frame; the background shows as it is. */
    private static RgbImage overlay(RgbImage frame, SegmentMap map) {
        List<AreaPicture.Area> areas = new ArrayList<>();
        for (int k = 0; k < map.classes().size(); k++) {
            areas.add(
                    new AreaPicture.Area(map.classes().nameOf(k), map.classes().colourOf(k), ""));
        }
        short[] labels = map.labels();
        int[] shown = new int[labels.length];
        for (int i = 0; i < shown.length; i++) {
            shown[i] = labels[i] == 0 ? AreaPicture.NONE : labels[i];
        }
        return AreaPicture.over(frame, shown, areas, OPACITY);
    }

    private RgbImage small(RgbImage frame) {
        int height = Math.max(1, Math.round((float) frame.height() * gifWidth / frame.width()));
        return frame.width() <= gifWidth ? frame : Resize.fast(frame, height, gifWidth, Interpolation.BILINEAR);
    }

    private void note(String name, SegmentMap map) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (SegmentMap.Share share : map.shares()) {
            if (share.category() != 0) {
                Map<String, Object> object = new LinkedHashMap<>();
                object.put("object", share.category());
                object.put("pixels", share.pixels());
                object.put("confidence", share.confidence());
                objects.add(object);
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("frame", name);
        result.put("objects", objects);
        results.add(result);
    }

    private void report(ObjectMask given, Setup setup, List<String> warnings) {
        Path gif = output.resolve("track.gif");
        if (json) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("warnings", warnings);
            map.putAll(setup.values());
            map.put(
                    "output",
                    List.of(
                            gif.toString(),
                            output.resolve("frames").toString(),
                            output.resolve("masks").toString()));
            map.put("frames", results);
            console.json(map);
        } else {
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "%d frames, %d %s",
                            results.size(),
                            given.objects().length,
                            given.objects().length == 1 ? "object" : "objects"));
            warnings.forEach(console.out()::println);
            console.out().println(gif);
        }
    }
}
