package io.github.dino4j.cli;

import io.github.dino4j.Dino;
import io.github.dino4j.correspond.TrackingProtocol;
import io.github.dino4j.correspond.VideoTracker;
import io.github.dino4j.eval.TrackedVideo;
import io.github.dino4j.eval.TrackingEvaluation;
import io.github.dino4j.eval.TrackingResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "tracking",
        description = "J and F of objects that are followed through videos from the mask of the first frame, as DAVIS"
                + " measures them.",
        footer = {
            "",
            "Examples:",
            "  dino4j eval tracking -m model.pth --protocol dinov1 -o result.json \\",
            "      --images DAVIS/JPEGImages/480p --masks DAVIS/Annotations/480p",
            "",
            "A folder for each video and its masks under the frames' names, or one video. Masks are palette or",
            "grey PNGs. All files are read before the first frame is followed; every bad one is named."
        })
final class EvalTrackingCommand implements Callable<Integer> {
    @Mixin
    private Console console = new Console();

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private TrackingOptions tracking = new TrackingOptions();

    @Option(
            names = "--images",
            required = true,
            paramLabel = "FOLDER",
            description = "Frames of one video, or a folder for each.")
    private Path images = Path.of("");

    @Option(names = "--masks", required = true, paramLabel = "FOLDER", description = "The true masks, laid out alike.")
    private Path masks = Path.of("");

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The result with its protocol, a .json.")
    private Path output = Path.of("");

    @Option(
            names = "--name",
            paramLabel = "TEXT",
            description = "What the result calls the data set (default: the folder of the frames).")
    private Optional<String> name = Optional.empty();

    @Option(names = "--json", description = "The result on stdout, as in the file.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        Output.checkFile(output);
        TrackingProtocol protocol = tracking.protocol(console);
        List<TrackedVideo> videos = TrackedVideo.of(images, masks);
        try (Dino dino = model.load(console);
                Progress progress = new Progress(console, "frames")) {
            console.note("tracking: " + protocol.describe());
            console.note("checking the files of " + videos.size() + (videos.size() == 1 ? " video" : " videos"));
            TrackingResult result = TrackingEvaluation.of(VideoTracker.of(dino.model(), protocol))
                    .run(
                            name.orElse(images.toString()),
                            videos,
                            LocalDate.now(ZoneId.systemDefault()),
                            new TrackingEvaluation.Listener() {
                                @Override
                                public void begins(int frames) {
                                    progress.begins(frames, 0);
                                }

                                @Override
                                public void followed(String video, double running) {
                                    progress.step(String.format(Locale.ROOT, " J&F %.4f", running));
                                }
                            });
            progress.close();
            result.writeJson(output);
            if (json) {
                console.json(result.toJson());
            } else {
                console.out().print(result.table());
                dino.card().warnings().forEach(console.out()::println);
                console.out().println(output);
            }
        }
        return ExitCode.OK;
    }
}
