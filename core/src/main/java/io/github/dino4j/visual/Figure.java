package io.github.dino4j.visual;

import io.github.dino4j.image.RgbImage;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A picture of a report.
 *
 * @param title what it is, in a few words
 * @param caption how to read it; may be empty
 * @param scale the colours of a heat map with the numbers at their ends
 */
public record Figure(
        RgbImage picture,
        String title,
        String caption,
        @Nullable Scale scale) {

    /** The ends of a colour scale in words. */
    public record Scale(ColourMap colours, String low, String high) {}

    public static Figure of(RgbImage picture, String title) {
        return new Figure(picture, title, "", null);
    }

    public static Figure of(RgbImage picture, String title, String caption) {
        return new Figure(picture, title, caption, null);
    }

    /** The same with the scale of the heat map it shows. */
    public Figure withScale(HeatMap heat) {
        return new Figure(picture, title, caption, new Scale(heat.colours(), number(heat.low()), number(heat.high())));
    }

    private static String number(double value) {
        return value == 0 ? "0" : String.format(Locale.ROOT, Math.abs(value) < 0.1 ? "%.3f" : "%.2f", value);
    }

    /** As HTML; the frame takes the aspect of the row's first picture, so that captions line up. */
    String html(String aspect, int longestSide) {
        RgbImage shown = Html.reduced(picture, longestSide);
        StringBuilder html = new StringBuilder("<figure><div class=\"frame\" style=\"aspect-ratio:")
                .append(aspect)
                .append("\"><img")
                .append(picture.width() < 64 ? " class=\"grid\"" : "")
                .append(" alt=\"")
                .append(Html.escape(title))
                .append("\" width=\"")
                .append(shown.width())
                .append("\" height=\"")
                .append(shown.height())
                .append("\" src=\"")
                .append(Html.dataUri(shown))
                .append("\"></div>");
        if (!title.isBlank() || !caption.isBlank() || scale != null) {
            html.append("<figcaption>");
            if (!title.isBlank()) {
                html.append("<strong>").append(Html.escape(title)).append("</strong>");
            }
            html.append(Html.escape(caption));
            if (scale != null) {
                html.append(scale(scale));
            }
            html.append("</figcaption>");
        }
        return html.append("</figure>\n").toString();
    }

    private static String scale(Scale scale) {
        StringBuilder stops = new StringBuilder();
        for (int i = 0; i <= 8; i++) {
            stops.append(String.format(Locale.ROOT, ",#%06x", scale.colours().rgb(i / 8.0)));
        }
        return "<span class=\"scale\">" + Html.escape(scale.low()) + "<i style=\"background:linear-gradient(90deg"
                + stops + ")\"></i>" + Html.escape(scale.high()) + "</span>";
    }
}
