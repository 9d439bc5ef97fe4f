package io.github.dino4j.ssl;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Draws blocks of patches to hide (BEiT, arXiv:2106.08254, algorithm 1; iBOT, arXiv:2111.07832), as DINOv2 and v3 do.
 *
 * @param height rows of the patch grid
 * @param width columns
 * @param share of the images that get a mask
 * @param least part of an image's patches that the smallest mask hides
 * @param most the largest
 * @param exact whether single patches fill a mask up to its exact number, as DINOv3 does; in DINOv2 it may fall short, and
 *     its size is drawn
 */
public record BlockMasks(int height, int width, double share, double least, double most, boolean exact) {
    private static final int TRIES = 10;
    private static final int SMALLEST = 4;
    private static final double RATIO = 0.3;

    public BlockMasks {
        if (height < 1 || width < 1 || !(share >= 0 && share <= 1) || !(least >= 0 && least <= most && most <= 1)) {
            throw new IllegalArgumentException("masks need a grid, a share of 0..1 of the images and parts of 0..1 of"
                    + " their patches; found " + height + " x " + width + ", " + share + ", " + least + ".." + most);
        }
    }

    /** DINOv3: half of the images, a tenth to half of their patches. */
    public static BlockMasks dinoV3(int height, int width) {
        return new BlockMasks(height, width, 0.5, 0.1, 0.5, true);
    }

    /** Masks for images: sizes spread evenly, shuffled. */
    public PatchMasks draw(int images, RandomGenerator random) {
        int patches = height * width;
        int masked = (int) (images * share);
        List<boolean[]> masks = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            if (i >= masked) {
                masks.add(new boolean[patches]);
                continue;
            }
            double low = least + (most - least) * i / masked;
            double high = least + (most - least) * (i + 1) / masked;
            masks.add(mask((int) (patches * (exact ? high : low + (high - low) * random.nextDouble())), random));
        }
        for (int i = images - 1; i > 0; i--) {
            Collections.swap(masks, i, random.nextInt(i + 1));
        }
        return new PatchMasks(masks);
    }

    private boolean[] mask(int wanted, RandomGenerator random) {
        boolean[] mask = new boolean[height * width];
        int largest = (int) (0.5 * height * width);
        int count = 0;
        while (count < wanted) {
            int added = block(mask, Math.min(wanted - count, largest), random);
            if (added == 0) {
                break;
            }
            count += added;
        }
        while (exact && count < wanted) {
            int patch = random.nextInt(mask.length);
            count += mask[patch] ? 0 : 1;
            mask[patch] = true;
        }
        return mask;
    }

    /** Hides a rectangle with 1 to {@code most} patches that were not hidden; their number, 0 if no try fits. */
    private int block(boolean[] mask, int most, RandomGenerator random) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            double area = SMALLEST + (most - SMALLEST) * random.nextDouble();
            double aspect = Math.exp(Math.log(RATIO) * (1 - 2 * random.nextDouble()));
            int h = (int) Math.rint(Math.sqrt(Math.max(0, area * aspect)));
            int w = (int) Math.rint(Math.sqrt(Math.max(0, area / aspect)));
            if (h >= height || w >= width) {
                continue;
            }
            int top = random.nextInt(height - h + 1);
            int left = random.nextInt(width - w + 1);
            int fresh = 0;
            for (int y = top; y < top + h; y++) {
                for (int x = left; x < left + w; x++) {
                    fresh += mask[y * width + x] ? 0 : 1;
                }
            }
            if (fresh > 0 && fresh <= most) {
                for (int y = top; y < top + h; y++) {
                    java.util.Arrays.fill(mask, y * width + left, y * width + left + w, true);
                }
                return fresh;
            }
        }
        return 0;
    }
}
