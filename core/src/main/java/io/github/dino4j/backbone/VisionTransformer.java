package io.github.dino4j.backbone;

import io.github.dino4j.nn.Crops;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.Normalization;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.nn.Rotary;
import io.github.dino4j.nn.RotaryEmbedding;
import io.github.dino4j.nn.TransformerBlock;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;

/**
 * The vision transformer of DINO v1 (arXiv:2104.14294), v2 (arXiv:2304.07193, registers arXiv:2309.16588) and v3
 * (arXiv:2508.10104): one class, three families of {@link VitConfig}.
 *
 * <p>Tokens stand in the order class, registers, patches (row by row). Weights carry the official names.
 */
public final class VisionTransformer implements Backbone {
    /**
     * From so many blocks on the patch embedding and the first block are exact in a bfloat16 view. Their errors pass through
     * everything that follows: on the golden cases of 24 and 32 blocks they are half of what turns the worst token.
     */
    private static final int DEEP = 24;

    private final VitConfig config;
    private final Supplier<Scope> pass;
    private final PatchEmbedding patchEmbedding;
    private final Tensor cls;
    private final Optional<Tensor> registers;
    private final Optional<Tensor> maskToken;
    private final Optional<PositionGrid> positions;
    private final Optional<RotaryEmbedding> rotary;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final Normalization norm;
    private final Normalization clsNorm;
    private final Normalization localClsNorm;

    public VisionTransformer(Parameters p, VitConfig c) {
        config = c;
        pass = p.pass();
        int dim = c.dim();
        cls = p.tensor("cls_token", Init.normal(0.02), 1, 1, dim);
        positions = c.position() instanceof Position.LearnedGrid grid
                ? Optional.of(new PositionGrid(p, grid, dim))
                : Optional.empty();
        registers = c.registers() > 0
                ? Optional.of(p.tensor(c.registersName(), Init.normal(0.02), 1, c.registers(), dim))
                : Optional.empty();
        maskToken = c.maskToken() ? Optional.of(p.tensor("mask_token", Init.ZERO, 1, dim)) : Optional.empty();
        Parameters first = c.depth() >= DEEP ? p.exact() : p;
        patchEmbedding = new PatchEmbedding(first, c);
        rotary = c.position() instanceof Position.Rope rope
                ? Optional.of(new RotaryEmbedding(p.at("rope_embed"), rope.config(), c.headDim()))
                : Optional.empty();
        for (int i = 0; i < c.depth(); i++) {
            blocks.add(new TransformerBlock((i == 0 ? first : p).at("blocks").at(i), c.block(), i, c.depth()));
        }
        norm = Normalization.of(p.at("norm"), c.norm(), dim);
        clsNorm = c.untiedClsNorm() ? Normalization.of(p.at("cls_norm"), c.norm(), dim) : norm;
        Normalization local = c.localClsNorm() ? Normalization.of(p.at("local_cls_norm"), c.norm(), dim) : clsNorm;
        localClsNorm = p.isLearning() ? local : clsNorm; // of training alone
    }

    @Override
    public VitConfig config() {
        return config;
    }

    @Override
    public List<Encoding> forward(List<Images> sets) {
        try (Scope scope = pass.get()) {
            TokenMatrix tokens = embed(sets);
            Tensor last = run(tokens, blocks.size() - 1, (x, block) -> {});
            List<Encoding> encodings = new ArrayList<>();
            List<Tensor> parts = tokens.crops.split(last);
            for (int i = 0; i < parts.size(); i++) {
                Tokens prenorm = tokens.features(parts.get(i), i);
                Normalization ofCls = sets.get(i).local() ? localClsNorm : clsNorm;
                encodings.add(new Encoding(normed(prenorm, ofCls).keep(scope), prenorm.keep(scope)));
            }
            Trace.stage("norm", encodings.get(0).normed().patches());
            return encodings;
        }
    }

    @Override
    public List<Tokens> intermediate(Tensor pixels, Layers layers, boolean norm) {
        int[] wanted = layers.indices(config.depth());
        try (Scope scope = pass.get()) {
            TokenMatrix tokens = embed(List.of(new Images(pixels)));
            List<Tokens> result = new ArrayList<>();
            run(tokens, wanted[wanted.length - 1], (x, block) -> {
                if (contains(wanted, block)) {
                    Tokens features = tokens.features(tokens.crops.split(x).get(0), 0);
                    result.add((norm ? normed(features) : features).keep(scope));
                }
            });
            return result;
        }
    }

    @Override
    public List<Tensor> attention(Tensor pixels, Layers layers) {
        int[] wanted = layers.indices(config.depth());
        try (Scope scope = Scope.open()) {
            TokenMatrix tokens = embed(List.of(new Images(pixels)));
            List<Tensor> result = new ArrayList<>();
            Tensor x = tokens.tokens;
            for (int block = 0; block <= wanted[wanted.length - 1]; block++) {
                if (contains(wanted, block)) {
                    TransformerBlock reader = blocks.get(block);
                    Tensor input = x;
                    result.add(scope.keep(Scope.tidy(
                            () -> reader.attentionWeights(input, tokens.crops).get(0))));
                }
                x = step(block, x, tokens.crops);
            }
            return result;
        }
    }

    /** The pass of images [B, channels, H, W] in pieces, for those who keep less of it than gradients need. */
    public Blockwise blockwise(Tensor pixels) {
        return new Blockwise(embed(List.of(new Images(pixels))));
    }

    /** One pass, block by block; belongs to the scope in which it was made. Each piece frees all it made but its result. */
    public final class Blockwise {
        private final TokenMatrix matrix;

        private Blockwise(TokenMatrix matrix) {
            this.matrix = matrix;
        }

        /** What the first block reads: the embedded tokens [T, C]. */
        public Tensor embedded() {
            return matrix.tokens;
        }

        /** Output [T, C] of a block for its input, which stays. */
        public Tensor block(int index, Tensor x) {
            return Scope.tidy(() -> blocks.get(index).forward(x, matrix.crops));
        }

        /** A block's output as tokens, through the last norm if {@code norm}. */
        public Tokens tokens(Tensor x, boolean norm) {
            Tokens features = matrix.features(matrix.crops.split(x).get(0), 0);
            return norm ? normed(features) : features;
        }
    }

    /** Runs blocks 0 to {@code last} and shows each output to {@code reader}; returns the last one. */
    private Tensor run(TokenMatrix tokens, int last, ObjIntConsumer<Tensor> reader) {
        Tensor x = tokens.tokens;
        for (int block = 0; block <= last; block++) {
            Crops crops = block > 0 ? redrawn(tokens) : tokens.crops;
            Tensor y = step(block, x, crops);
            Trace.stage("blocks." + block, () -> tokens.crops.split(y).get(0));
            reader.accept(y, block);
            x = y;
        }
        return x;
    }

    /** The crops of a later block: where positions are distorted, each block has its own. */
    private Crops redrawn(TokenMatrix tokens) {
        if (rotary.isEmpty() || !rotary.get().isDistorted()) {
            return tokens.crops;
        }
        List<Crops.Crop> crops = new ArrayList<>();
        for (int i = 0; i < tokens.grids.size(); i++) {
            Crops.Crop crop = tokens.crops.crops().get(i);
            int[] grid = tokens.grids.get(i);
            crops.add(new Crops.Crop(crop.batch(), crop.length(), rotary.get().rotary(grid[0], grid[1])));
        }
        return new Crops(crops);
    }

    /** One block; frees everything on the way, its input too (what was cut out of it lives on by itself). */
    private Tensor step(int block, Tensor x, Crops crops) {
        Tensor y = Scope.tidy(() -> blocks.get(block).forward(x, crops));
        x.close();
        return y;
    }

    /** Token matrix of some sets of images, and how to read it back. */
    private record TokenMatrix(Tensor tokens, Crops crops, List<int[]> grids, int registers) {
        Tokens features(Tensor part, int set) {
            return Tokens.of(part, registers, grids.get(set)[0], grids.get(set)[1]);
        }
    }

    private TokenMatrix embed(List<Images> sets) {
        List<Tensor> parts = new ArrayList<>();
        List<Crops.Crop> crops = new ArrayList<>();
        List<int[]> grids = new ArrayList<>();
        for (Images images : sets) {
            int h = (int) images.pixels().size(2) / config.patch();
            int w = (int) images.pixels().size(3) / config.patch();
            boolean square = images.pixels().size(2) == images.pixels().size(3);
            Tensor x = Scope.tidy(() -> {
                Tensor patches = patchEmbedding.forward(images.pixels());
                return withPrefix(masked(patches, images.mask()), h, w, square);
            });
            Rotary turn = rotary.isPresent() ? rotary.get().rotary(h, w) : Rotary.NONE;
            parts.add(x);
            crops.add(new Crops.Crop(x.size(0), x.size(1), turn));
            grids.add(new int[] {h, w});
        }
        Trace.stage("patch_embed", parts.get(0));
        Tensor tokens = Crops.join(parts);
        parts.forEach(Tensor::close); // the first block frees the matrix, if nobody else holds its memory
        return new TokenMatrix(tokens, new Crops(crops), grids, config.registers());
    }

    private Tensor masked(Tensor patches, Optional<Tensor> mask) {
        if (mask.isEmpty()) {
            return patches;
        }
        Tensor token = maskToken.orElseThrow(() -> new IllegalArgumentException(
                "these weights have no mask_token, so no patch can be hidden; official v2 and v3 files have one"));
        if (mask.get().dim() != 2
                || mask.get().size(0) != patches.size(0)
                || mask.get().size(1) != patches.size(1)) {
            throw new IllegalArgumentException("the mask must be [" + patches.size(0) + ", " + patches.size(1)
                    + "], one value a patch, not " + mask.get().describe());
        }
        return token.whereMask(mask.get().unsqueeze(2), patches);
    }

    /** Class token and registers in front of patches [B, P, C], learned positions added to class token and patches. */
    private Tensor withPrefix(Tensor patches, int h, int w, boolean square) {
        long batch = patches.size(0);
        long dim = config.dim();
        Tensor front = cls.expand(batch, 1, dim);
        Tensor rest = patches;
        if (positions.isPresent()) {
            Tensor at = positions.get().at(h, w, square);
            front = front.add(at.narrow(1, 0, 1));
            rest = patches.add(at.narrow(1, 1, patches.size(1)));
        }
        return registers.isPresent()
                ? Tensor.cat(1, front, registers.get().expand(batch, config.registers(), dim), rest)
                : Tensor.cat(1, front, rest);
    }

    private Tokens normed(Tokens x) {
        return normed(x, clsNorm);
    }

    private Tokens normed(Tokens x, Normalization ofCls) {
        return new Tokens(
                ofCls.forward(x.cls()), ofCls.forward(x.registers()), norm.forward(x.patches()), x.height(), x.width());
    }

    private static boolean contains(int[] sorted, int value) {
        return java.util.Arrays.binarySearch(sorted, value) >= 0;
    }
}
