package io.github.dino4j.cli;

import io.github.dino4j.correspond.LabelPropagation;
import io.github.dino4j.correspond.Neighbourhood;
import io.github.dino4j.correspond.TrackingProtocol;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How objects are followed. */
final class TrackingOptions {
    @Option(
            names = "--protocol",
            description = {
                "Whose way of following, ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}):",
                "dinov3: its notebook; frames of side 960, a circle of 12 patches, temperature 0.2",
                "dinov1: its evaluation on DAVIS; frames of side 480, a square of 12 patches, temperature 0.1"
            })
    private Published protocol = Published.dinov3;

    @Option(
            names = "--side",
            paramLabel = "N",
            description = "Pixels of the shorter side that frames are resized to; fewer take less time (default: the"
                    + " protocol's).")
    private Optional<Integer> side = Optional.empty();

    @Option(
            names = "--previous",
            paramLabel = "N",
            description = "Frames before the current one that vote beside the first (default: 7).")
    private Optional<Integer> previous = Optional.empty();

    @Option(
            names = "--radius",
            paramLabel = "N",
            description =
                    "Patches that an object moves at most from one of these frames to the next; 0: any (default: 12).")
    private Optional<Integer> radius = Optional.empty();

    @Option(names = "--top", paramLabel = "K", description = "Patches that vote for each patch (default: 5).")
    private Optional<Integer> top = Optional.empty();

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Of the votes; lower lets the most similar decide (default: the protocol's).")
    private Optional<Double> temperature = Optional.empty();

    enum Published {
        dinov3,
        dinov1
    }

    TrackingProtocol protocol(Console console) {
        TrackingProtocol published = protocol == Published.dinov1 ? TrackingProtocol.DINOV1 : TrackingProtocol.DINOV3;
        requireAbove(0, "--side", side, console);
        requireAbove(-1, "--previous", previous, console);
        requireAbove(-1, "--radius", radius, console);
        requireAbove(0, "--top", top, console);
        LabelPropagation rule = published.propagation();
        Neighbourhood near = radius.map(r -> r == 0
                        ? Neighbourhood.EVERYWHERE
                        : new Neighbourhood(rule.neighbourhood().shape(), r))
                .orElse(rule.neighbourhood());
        return published
                .withSide(side.orElse(published.side()))
                .withPrevious(previous.orElse(published.previous()))
                .withPropagation(
                        new LabelPropagation(near, top.orElse(rule.topK()), temperature.orElse(rule.temperature())));
    }

    private static void requireAbove(int least, String option, Optional<Integer> value, Console console) {
        if (value.isPresent() && value.get() <= least) {
            throw console.usage(option + " " + value.get() + ": wanted " + (least + 1) + " or more");
        }
    }
}
