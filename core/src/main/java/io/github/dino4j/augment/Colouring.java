package io.github.dino4j.augment;

import io.github.dino4j.image.RgbImage;
import java.util.random.RandomGenerator;

/** Changes of the photo's colours; what is known of the photo stays as it is. */
public sealed interface Colouring extends Change {
    /** The new photo, of the same size. */
    RgbImage colour(RgbImage photo, RandomGenerator random);

    @Override
    default Scene apply(Scene scene, RandomGenerator random) {
        return scene.withPhoto(colour(scene.photo(), random));
    }

    /**
     * Brightness, contrast, saturation and hue in an order drawn at random (torchvision's {@code ColorJitter} on a Pillow
     * image, as in DINO's recipes).
     *
     * @param hue in turns of the colour circle, -0.5 to 0.5
     */
    record Jitter(Range brightness, Range contrast, Range saturation, Range hue) implements Colouring {
        /** DINO, DINOv2, DINOv3: 0.4, 0.4, 0.2, 0.1. */
        public static final Jitter DINO =
                new Jitter(Range.about(1, 0.4), Range.about(1, 0.4), Range.about(1, 0.2), Range.about(0, 0.1));

        public Jitter {
            if (brightness.low() < 0 || contrast.low() < 0 || saturation.low() < 0) {
                throw new IllegalArgumentException("factors of a colour jitter are 0 or more, found " + brightness
                        + ", " + contrast + ", " + saturation);
            }
            requireHue(hue);
        }

        @Override
        public RgbImage colour(RgbImage photo, RandomGenerator random) {
            int[] order = {0, 1, 2, 3};
            for (int i = 3; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int kept = order[i];
                order[i] = order[j];
                order[j] = kept;
            }
            double light = brightness.draw(random);
            double strength = contrast.draw(random);
            double colour = saturation.draw(random);
            double turn = hue.draw(random);
            RgbImage changed = photo;
            for (int step : order) {
                changed = switch (step) {
                    case 0 -> Levels.brightness(changed, light);
                    case 1 -> Levels.contrast(changed, strength);
                    case 2 -> Levels.saturation(changed, colour);
                    default -> Levels.hue(changed, turn);
                };
            }
            return changed;
        }

        @Override
        public String describe() {
            return "colour jitter: brightness " + brightness + ", contrast " + contrast + ", saturation " + saturation
                    + ", hue " + hue + ", in any order";
        }
    }

    /**
     * Photometric distortion of segmentation recipes (mmsegmentation's, in DINOv3's evaluation): brightness moved, contrast
     * multiplied before or after the rest, saturation, hue, each every second time, truncated to 8 bits between the steps.
     *
     * @param brightness added to values 0..255
     */
    record Photometric(Range brightness, Range contrast, Range saturation, Range hue) implements Colouring {
        public static final Photometric STANDARD =
                new Photometric(Range.about(0, 32), Range.about(1, 0.5), Range.about(1, 0.5), Range.about(0, 0.5));

        public Photometric {
            requireHue(hue);
        }

        @Override
        public RgbImage colour(RgbImage photo, RandomGenerator random) {
            RgbImage changed = photo;
            if (random.nextBoolean()) {
                float add = (float) brightness.draw(random);
                changed = Levels.mapped(changed, p -> Levels.cut(p + add));
            }
            boolean first = random.nextBoolean();
            if (first) {
                changed = contrasted(changed, random);
            }
            if (random.nextBoolean()) {
                changed = Levels.tensorSaturation(changed, saturation.draw(random));
            }
            if (random.nextBoolean()) {
                changed = Levels.tensorHue(changed, hue.draw(random));
            }
            return first ? changed : contrasted(changed, random);
        }

        private RgbImage contrasted(RgbImage photo, RandomGenerator random) {
            if (!random.nextBoolean()) {
                return photo;
            }
            float factor = (float) contrast.draw(random);
            return Levels.mapped(photo, p -> Levels.cut(factor * p));
        }

        @Override
        public String describe() {
            return "photometric distortion: brightness " + brightness + ", contrast " + contrast + ", saturation "
                    + saturation + ", hue " + hue + ", each with probability 0.5";
        }
    }

    /**
     * The colours of depth recipes (BTS's, in DINOv3's evaluation): {@code value^gamma} of values 0..255, times brightness,
     * times one factor a channel, held to 0..255. The recipe goes on in float; here the result is rounded, once.
     */
    record GammaBrightnessChannels(Range gamma, Range brightness, Range channel) implements Colouring {
        /** NYU Depth v2. */
        public static final GammaBrightnessChannels NYU =
                new GammaBrightnessChannels(Range.about(1, 0.1), Range.about(1, 0.25), Range.about(1, 0.1));

        @Override
        public RgbImage colour(RgbImage photo, RandomGenerator random) {
            double power = gamma.draw(random);
            double light = brightness.draw(random);
            byte[][] tables = new byte[3][256];
            for (byte[] table : tables) {
                double factor = light * channel.draw(random);
                for (int i = 0; i < 256; i++) {
                    double value = Math.pow(i, power) * factor;
                    table[i] = (byte) (int) (Math.min(Math.max(value, 0), 255) + 0.5);
                }
            }
            byte[] from = photo.rgb();
            byte[] to = new byte[from.length];
            for (int i = 0; i < from.length; i += 3) {
                to[i] = tables[0][from[i] & 0xff];
                to[i + 1] = tables[1][from[i + 1] & 0xff];
                to[i + 2] = tables[2][from[i + 2] & 0xff];
            }
            return RgbImage.of(photo.width(), photo.height(), to);
        }

        @Override
        public String describe() {
            return "gamma " + gamma + ", brightness " + brightness + ", each channel " + channel;
        }
    }

    /** Pillow's grey in all three channels. */
    record Grey() implements Colouring {
        @Override
        public RgbImage colour(RgbImage photo, RandomGenerator random) {
            return Levels.grey(photo);
        }

        @Override
        public String describe() {
            return "grey";
        }
    }

    /** Values of {@code threshold} or more are turned round: {@code 255 - value}. */
    record Solarise(int threshold) implements Colouring {
        @Override
        public RgbImage colour(RgbImage photo, RandomGenerator random) {
            return Levels.solarised(photo, threshold);
        }

        @Override
        public String describe() {
            return "solarise from " + threshold;
        }
    }

    /**
     * Gaussian blur as DINOv2 and DINOv3 do it: 9 taps, the photo reflected at its edges.
     *
     * @param sigma in pixels
     */
    record Blur(Range sigma) implements Colouring {
        /** 0.1 to 2 pixels. */
        public static final Blur DINO = new Blur(new Range(0.1, 2));

        public Blur {
            sigma.requireAbove(0, "sigma");
        }

        @Override
        public RgbImage colour(RgbImage photo, RandomGenerator random) {
            return GaussianBlur.of(photo, sigma.draw(random));
        }

        @Override
        public String describe() {
            return "blur, sigma " + sigma + ", 9 taps";
        }
    }

    /**
     * Gaussian blur as DINOv1 does it, by Pillow: three box blurs each way, the edge repeated.
     *
     * @param radius standard deviation in pixels
     */
    record PillowBlur(Range radius) implements Colouring {
        /** 0.1 to 2 pixels. */
        public static final PillowBlur DINO_V1 = new PillowBlur(new Range(0.1, 2));

        public PillowBlur {
            radius.requireAbove(0, "radius");
        }

        @Override
        public RgbImage colour(RgbImage photo, RandomGenerator random) {
            return BoxesBlur.of(photo, radius.draw(random));
        }

        @Override
        public String describe() {
            return "blur, radius " + radius + ", boxes";
        }
    }

    private static void requireHue(Range hue) {
        if (hue.low() < -0.5 || hue.high() > 0.5) {
            throw new IllegalArgumentException("a hue moves by -0.5 to 0.5 turns, found " + hue);
        }
    }
}
