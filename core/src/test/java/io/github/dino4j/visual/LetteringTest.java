package io.github.dino4j.visual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import org.junit.jupiter.api.Test;

class LetteringTest {
    private static BufferedImage drawn(String text, double width) {
        BufferedImage image = new BufferedImage(300, 40, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        Lettering.draw(graphics, text, 20, 10, 28, width);
        graphics.dispose();
        return image;
    }

    /** First and last column with ink, -1 and -1 for none. */
    private static int[] inked(BufferedImage image) {
        int first = -1;
        int last = -1;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                if (image.getRaster().getSample(x, y, 0) > 0) {
                    first = first < 0 ? x : first;
                    last = x;
                }
            }
        }
        return new int[] {first, last};
    }

    @Test
    void drawsAsWideAsItMeasures() {
        int[] ink = inked(drawn("Häuser, Ёж, Ωmega", 280));

        assertThat(ink[0]).isBetween(10, 13);
        assertThat((double) ink[1] - 10).isCloseTo(Lettering.width("Häuser, Ёж, Ωmega", 20), within(3.0));
    }

    @Test
    void shortensWhatIsTooWide() {
        assertThat(inked(drawn("a caption that does not fit at all", 100))[1]).isLessThanOrEqualTo(110);
    }

    @Test
    void drawsBoxForLettersItDoesNotHave() {
        assertThat(Lettering.width("猫", 20)).isEqualTo(Lettering.width("□", 20));
        assertThat(inked(drawn("猫", 100))[0]).isPositive();
    }
}
