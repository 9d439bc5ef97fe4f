package io.github.dino4j.ssl;

import io.github.dino4j.augment.Range;
import io.github.dino4j.augment.Scene;
import io.github.dino4j.backbone.Position;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Ffn;
import io.github.dino4j.nn.Norm;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.RandomParameters;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Photos of stripes and blobs in four colours, and a small network that learns from them. */
public final class TinySelfSupervision {
    private static final int PHOTOS = 32;
    private static final int SIDE = 40;
    private static final int[] COLOURS = {0xd03030, 0x30c040, 0x3050d0, 0xd0c030};

    private TinySelfSupervision() {}

    static RgbImage photo(int index) {
        SplittableRandom random = new SplittableRandom(index);
        int colour = COLOURS[index % 4];
        int period = 3 + index % 4 * 3;
        double turn = random.nextDouble() * 3;
        byte[] rgb = new byte[3 * SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            int x = i % SIDE;
            int y = i / SIDE;
            boolean inside = Math.sin((x + turn * y) * 2 * Math.PI / period) > 0;
            for (int c = 0; c < 3; c++) {
                int level = inside ? colour >> (16 - 8 * c) & 0xff : 0x70;
                rgb[3 * i + c] = (byte) Math.min(255, level + random.nextInt(24));
            }
        }
        return RgbImage.of(SIDE, SIDE, rgb);
    }

    static VitConfig backbone() {
        return new VitConfig(
                3,
                32,
                2,
                2,
                8,
                new Position.Rope(new RotaryEmbedding.Config(
                        new RotaryEmbedding.Periods.Base(100), RotaryEmbedding.Coordinates.SEPARATE, DType.F32)),
                new Ffn.Mlp(64, true),
                new Norm.Layer(1e-5),
                1,
                Bias.KEY_MASKED,
                true,
                false,
                true,
                false,
                false,
                VitConfig.Remainder.DROP);
    }

    static final MultiCrop CROPS =
            new MultiCrop(32, new Range(0.4, 1), 16, new Range(0.05, 0.4), 2, 0.5, MultiCrop.Blur.DINO_V2, 0);

    /** A training by the recipe of a generation. */
    public static SelfSupervisedTraining training(Generation generation, Objective objective) {
        Network.Shape shape = shape(generation, objective, 32);
        Arena arena = new Arena();
        SelfDistillation model =
                new SelfDistillation(new RandomParameters(1, arena), arena, "drawn", shape, objective, p -> p);
        return new SelfSupervisedTraining(
                model,
                card(),
                new Photos(),
                objective.matchesPatches()
                        ? Optional.of(new BlockMasks(4, 4, 0.5, 0.1, 0.5, generation.exactMasks()))
                        : Optional.empty(),
                new KnnProbe(new Watched(), labels(), 4),
                List.of(),
                3,
                Map.of());
    }

    static Network.Shape shape(Generation generation, Objective objective, int prototypes) {
        DinoHead.Config head = new DinoHead.Config(32, prototypes, 32, 16, 2, false, generation.lastLayer());
        return new Network.Shape(
                backbone(),
                head,
                objective.matchesPatches() && !generation.sharedHead() ? Optional.of(head) : Optional.empty());
    }

    private static int[] labels() {
        int[] labels = new int[PHOTOS];
        for (int i = 0; i < PHOTOS; i++) {
            labels[i] = i % 4;
        }
        return labels;
    }

    private static ModelCard card() {
        try (Model model = Model.random(backbone(), 1)) {
            return model.card();
        }
    }

    static Parameters same(Parameters p) {
        return p;
    }

    private record Photos() implements Examples<Views> {
        @Override
        public int size() {
            return PHOTOS;
        }

        @Override
        public String name(int index) {
            return "photo " + index;
        }

        @Override
        public Views load(int index, RandomGenerator random) {
            return CROPS.cut(index, Scene.of(photo(index)), Normalisation.IMAGENET, random);
        }
    }

    private record Watched() implements Examples<Input> {
        @Override
        public int size() {
            return PHOTOS;
        }

        @Override
        public String name(int index) {
            return "photo " + index;
        }

        @Override
        public Input load(int index, RandomGenerator random) {
            return new Input(index, 3, SIDE, SIDE, Scene.of(photo(100 + index)).values(Normalisation.IMAGENET));
        }
    }
}
