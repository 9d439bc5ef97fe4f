package io.github.dino4j.retrieve;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.ImageException;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Resize;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.visual.BoxPicture;
import io.github.dino4j.visual.Montage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a search found as one picture: the query first, then the photos, the nearest first, each with its cosine. */
public final class ContactSheet {
    private static final int COLUMNS = 6;
    private static final int WIDTH = 180;
    private static final int FRAME = 0xffd24a;

    private ContactSheet() {}

    /**
     * Draws a search.
     *
     * @param query the photo that was looked for
     * @param place the part that was looked for, if it was one
     * @param photos folder under which the hits' names are files; one that cannot be read any more is left grey
     * @param title above the pictures
     */
    public static RgbImage of(
            RgbImage query, Optional<Box> place, List<Hit> hits, Path photos, ImageDecoder decoder, String title) {
        Montage sheet = Montage.ofColumns(COLUMNS)
                .cellWidth(WIDTH)
                .title(title)
                .add(framed(query, place), place.isPresent() ? "looked for: this part" : "looked for");
        for (Hit hit : hits) {
            sheet.add(
                    framed(read(photos.resolve(hit.id()), decoder), hit.place()), caption(hit.similarity(), hit.id()));
        }
        return sheet.render();
    }

    /** Draws a search in words; the same without the photo that was looked for. */
    public static RgbImage of(List<Hit> hits, Path photos, ImageDecoder decoder, String title) {
        Montage sheet = Montage.ofColumns(COLUMNS).cellWidth(WIDTH).title(title);
        for (Hit hit : hits) {
            sheet.add(
                    framed(read(photos.resolve(hit.id()), decoder), hit.place()), caption(hit.similarity(), hit.id()));
        }
        return sheet.render();
    }

    /** Groups of near duplicates, a row or more each; of a group the first photos. */
    public static RgbImage of(
            List<NearDuplicates.Group> groups, Path photos, ImageDecoder decoder, int most, String title) {
        Montage sheet = Montage.ofColumns(COLUMNS).cellWidth(WIDTH).title(title);
        for (int g = 0; g < Math.min(most, groups.size()); g++) {
            List<NearDuplicates.Member> members = groups.get(g).members();
            int shown = Math.min(COLUMNS, members.size());
            for (int i = 0; i < COLUMNS; i++) {
                if (i < shown) {
                    NearDuplicates.Member member = members.get(i);
                    String more =
                            i == shown - 1 && members.size() > shown ? ", " + (members.size() - shown) + " more" : "";
                    sheet.add(
                            read(photos.resolve(member.id()), decoder),
                            caption(member.similarity(), member.id()) + more);
                } else {
                    sheet.add(blank((byte) 0xfa), ""); // the rest of the row
                }
            }
        }
        return sheet.render();
    }

    private static String caption(double similarity, String id) {
        int folder = id.lastIndexOf('/', id.lastIndexOf('/') - 1); // the file and the folder it lies in
        return String.format(Locale.ROOT, "%.3f  %s", similarity, id.substring(folder + 1));
    }

    /** The frame is drawn at the size in which the photo is shown, two lines wide. */
    private static RgbImage framed(RgbImage photo, Optional<Box> place) {
        if (place.isEmpty()) {
            return photo;
        }
        double scale = (double) WIDTH / photo.width();
        RgbImage small = Resize.pillow(
                photo, Math.max(1, (int) Math.round(photo.height() * scale)), WIDTH, Interpolation.BICUBIC);
        Box box = place.get().scaled(scale, scale);
        Box inner = new Box(
                box.x0() + 1, box.y0() + 1, Math.max(box.x0() + 1, box.x1() - 1), Math.max(box.y0() + 1, box.y1() - 1));
        return BoxPicture.over(
                small, List.of(new BoxPicture.Mark(box, FRAME, ""), new BoxPicture.Mark(inner, FRAME, "")));
    }

    private static RgbImage read(Path photo, ImageDecoder decoder) {
        try {
            return decoder.read(photo);
        } catch (ImageException e) {
            return blank((byte) 0xc8);
        }
    }

    private static RgbImage blank(byte level) {
        byte[] rgb = new byte[3 * 4 * 3];
        Arrays.fill(rgb, level);
        return RgbImage.of(4, 3, rgb);
    }
}
