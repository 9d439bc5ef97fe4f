package io.github.dino4j.visual;

import io.github.dino4j.backbone.TensorFlow;
import io.github.dino4j.backbone.TensorFlow.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One box of a flow chart: a stage, or a run of stages that differ in their number only.
 *
 * @param first the first stage of the run; the others have its shape, parameters and multiply-adds
 * @param last name of the last stage
 * @param count stages in the run
 */
record FlowRow(Stage first, String last, int count) {
    private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d+)");

    static List<FlowRow> fold(TensorFlow flow) {
        List<FlowRow> rows = new ArrayList<>();
        for (Stage stage : flow.stages()) {
            FlowRow open = rows.isEmpty() ? null : rows.get(rows.size() - 1);
            if (open != null && open.isFollowedBy(stage)) {
                rows.set(rows.size() - 1, new FlowRow(open.first, stage.name(), open.count + 1));
            } else {
                rows.add(new FlowRow(stage, stage.name(), 1));
            }
        }
        return rows;
    }

    private boolean isFollowedBy(Stage stage) {
        Matcher mine = NUMBERED.matcher(last);
        Matcher other = NUMBERED.matcher(stage.name());
        return mine.matches()
                && other.matches()
                && mine.group(1).equals(other.group(1))
                && Integer.parseInt(mine.group(2)) + 1 == Integer.parseInt(other.group(2))
                && stage.shape().equals(first.shape())
                && stage.parameters() == first.parameters()
                && stage.macs() == first.macs();
    }

    /** {@code norm}, or {@code blocks.0 ... blocks.11}. */
    String name() {
        return count == 1 ? first.name() : first.name() + " ... " + last;
    }

    /** What the stages have in common: their name up to the number. */
    String kind() {
        Matcher numbered = NUMBERED.matcher(first.name());
        return numbered.matches() ? numbered.group(1) : first.name();
    }

    /** Of all stages of the run. */
    long parameters() {
        return count * first.parameters();
    }

    /** Multiply-adds of all stages of the run, for the whole batch. */
    long macs() {
        return count * first.macs();
    }
}
