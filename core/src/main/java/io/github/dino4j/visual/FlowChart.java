package io.github.dino4j.visual;

import io.github.dino4j.backbone.TensorFlow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The way of a tensor through a backbone, stage by stage, as a table or as a drawing. Repeated blocks of equal shape are
 * one row: {@code blocks.0 ... blocks.11, x12}.
 *
 * <p>Counts are of the whole batch. One multiply-add is two floating-point operations (FLOPs).
 */
public final class FlowChart {
    private FlowChart() {}

    /** The drawing, a complete SVG 1.1 document in light and dark colours; the parts fit whatever font the viewer has. */
    public static String svg(TensorFlow flow, String title) {
        return new FlowDrawing(flow, title).svg();
    }

    /** The table, columns aligned for a fixed-width font, lines ended by {@code \n}. */
    public static String text(TensorFlow flow) {
        List<String[]> table = new ArrayList<>();
        table.add(new String[] {"stage", "", "output", "parameters", "multiply-adds"});
        table.add(new String[] {"images", "", shape(flow.input()), "", ""});
        for (FlowRow row : FlowRow.fold(flow)) {
            String times = row.count() > 1 ? "x" + row.count() : "";
            table.add(new String[] {
                row.name(), times, shape(row.first().shape()), count(row.parameters()), count(row.macs())
            });
        }
        if (outside(flow) > 0) {
            table.add(new String[] {"tokens and positions", "", "", count(outside(flow)), ""});
        }
        table.add(new String[] {"total", "", "", count(flow.parameters()), count(flow.macs())});

        int[] widths = new int[5];
        for (String[] line : table) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line[i].length());
            }
        }
        int whole = 8;
        for (int width : widths) {
            whole += width;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < table.size(); i++) {
            if (i == 1 || i == table.size() - 1) {
                text.append("-".repeat(whole)).append('\n');
            }
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < widths.length; c++) {
                String gap = " ".repeat(widths[c] - table.get(i)[c].length());
                line.append(c == 0 ? "" : "  ").append(c < 3 ? table.get(i)[c] + gap : gap + table.get(i)[c]);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.append(summary(flow)).append('\n').toString();
    }

    /** Parameters that belong to no stage: class, register and mask tokens, learned positions. */
    static long outside(TensorFlow flow) {
        long inside = 0;
        for (TensorFlow.Stage stage : flow.stages()) {
            inside += stage.parameters();
        }
        return flow.parameters() - inside;
    }

    /** The sum in words. */
    static String summary(TensorFlow flow) {
        long images = flow.input().get(0);
        String flops = scaled(2 * flow.macs());
        return flops + (flops.contains(" ") ? "FLOPs" : " FLOPs") + " = 2 x " + scaled(flow.macs())
                + " multiply-adds for " + (images == 1 ? "1 image" : "a batch of " + images + " images");
    }

    /** {@code [1, 196, 384]}. */
    static String shape(List<Long> shape) {
        return shape.toString();
    }

    /** With thousands separators. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Three digits and a unit: {@code 4.61 G}. */
    public static String scaled(long value) {
        String[] units = {"", " k", " M", " G", " T", " P"};
        double scaled = value;
        int unit = 0;
        while (scaled >= 999.5 && unit < units.length - 1) {
            scaled /= 1000;
            unit++;
        }
        String format = unit == 0 || scaled >= 99.95 ? "%.0f" : scaled >= 9.995 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, scaled) + units[unit];
    }
}
