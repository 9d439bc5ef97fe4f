package io.github.dino4j.data;

import io.github.dino4j.predict.ClassList;
import io.github.dino4j.segment.LabelImage;
import java.nio.file.Path;
import java.util.List;

/** How the files of a set write classes. */
public sealed interface MaskFormat {
    /** A palette PNG whose indices are the labels, or a grey one. */
    MaskFormat NUMBERS = new Numbers();

    /** Reads a mask. */
    LabelImage read(Path file, ClassList classes);

    /** Labels as numbers, see {@link LabelImage#read}. */
    record Numbers() implements MaskFormat {
        @Override
        public LabelImage read(Path file, ClassList classes) {
            return LabelImage.read(file);
        }
    }

    /**
     * A picture in which each class has the colour that the class list gives it, see {@link LabelImage#readColours}.
     *
     * @param ignored colours {@code 0xRRGGBB} of pixels that do not count
     */
    record Colours(List<Integer> ignored) implements MaskFormat {
        public Colours {
            ignored = List.copyOf(ignored);
        }

        @Override
        public LabelImage read(Path file, ClassList classes) {
            return LabelImage.readColours(
                    file, classes, ignored.stream().mapToInt(colour -> colour).toArray());
        }
    }
}
