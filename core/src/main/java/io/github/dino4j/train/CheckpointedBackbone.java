package io.github.dino4j.train;

import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VisionTransformer;
import io.github.dino4j.decoder.Taps;
import io.github.dino4j.tensor.Engine;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Gradient checkpointing (arXiv:1604.06174, "Training deep nets with sublinear memory cost"): a pass keeps the input of every
 * n-th block instead of everything inside, and the way back computes each stretch of blocks again. Memory falls from all
 * blocks' intermediate results to those of n blocks; time grows by one more forward pass.
 *
 * <p>How gradients cross the cut: a head reads tokens that are variables of their own ("leaves"), so {@code
 * loss.backward()} ends there. Their gradients then enter the last stretch, computed again from its input as a leaf, and so
 * on down to the first block that learns. Dropout and drop path repeat, since each stretch begins with the generator where it
 * was; gradients are those of the ordinary pass to the last digits.
 */
public final class CheckpointedBackbone implements LearningBackbone {
    private static final Pattern BLOCK = Pattern.compile("(?:^|\\.)blocks\\.(\\d+)\\.");

    private final LearningBackbone learning;
    private final VisionTransformer network;
    private final int every;
    private final int firstLearning;
    private @Nullable Pass latest;

    /**
     * Wraps a backbone that learns.
     *
     * @param learning owns the variables; this one closes it
     * @param network the network over these variables
     * @param every how many blocks make a stretch; 1 takes the least memory for networks of usual depth
     */
    public CheckpointedBackbone(LearningBackbone learning, VisionTransformer network, int every) {
        if (every < 1) {
            throw new IllegalArgumentException("a stretch has at least 1 block, not " + every);
        }
        this.learning = learning;
        this.network = network;
        this.every = every;
        firstLearning =
                firstLearning(learning.variables().keySet(), network.config().depth());
    }

    /** Checkpoints a model with an adapter that learns; see the constructor. */
    public static CheckpointedBackbone of(LoraBackbone learning, int every) {
        return new CheckpointedBackbone(learning, transformer(learning.network()), every);
    }

    /** Checkpoints a model that learns as a whole; see the constructor. */
    public static CheckpointedBackbone of(WholeBackbone learning, int every) {
        return new CheckpointedBackbone(learning, transformer(learning.network()), every);
    }

    private static VisionTransformer transformer(Backbone network) {
        if (network instanceof VisionTransformer transformer) {
            return transformer;
        }
        throw new IllegalArgumentException(
                "gradient checkpointing goes block by block through a vision transformer, not " + network.config()
                        + "; train it without");
    }

    /**
     * Blocks {@code first} to {@code last}.
     *
     * @param input of the first one
     * @param random where the generator stood
     * @param output what a head reads, as a variable, if it reads here
     */
    @SuppressWarnings("ArrayRecordComponent") // opaque, never changed
    private record Stretch(int first, int last, Tensor input, byte[] random, Optional<Tensor> output) {}

    /** The stretches of a pass, the last one first. */
    private record Pass(VisionTransformer.Blockwise blocks, Deque<Stretch> stretches) {}

    @Override
    public BackboneConfig config() {
        return learning.config();
    }

    @Override
    public String title() {
        return learning.title() + ", checkpointed";
    }

    @Override
    public Map<String, Tensor> variables() {
        return learning.variables();
    }

    @Override
    public List<Tokens> read(Tensor pixels, Taps taps) {
        latest = null;
        if (!Scope.isLearning() || isFrozen()) {
            return taps.read(network, pixels);
        }
        int[] wanted = taps.layers().indices(network.config().depth());
        VisionTransformer.Blockwise blocks = network.blockwise(pixels);
        Pass pass = new Pass(blocks, new ArrayDeque<>());
        List<Tokens> tokens = new ArrayList<>();
        Tensor x = blocks.embedded().detach();
        Tensor input = x;
        byte[] random = Engine.randomState();
        int first = 0;
        for (int block = 0; block <= wanted[wanted.length - 1]; block++) {
            Tensor y = withoutRecord(blocks, block, x);
            if (x != input || block < firstLearning) { // nobody comes back to it
                x.close();
            }
            boolean read = Arrays.binarySearch(wanted, block) >= 0;
            boolean learns = block >= firstLearning;
            if (read) {
                tokens.add(blocks.tokens(learns ? y.learn() : y, taps.norm()));
            }
            if (read || !learns || block + 1 == first + every) {
                if (learns) {
                    pass.stretches.push(
                            new Stretch(first, block, input, random, read ? Optional.of(y) : Optional.empty()));
                }
                input = y;
                random = Engine.randomState();
                first = block + 1;
            }
            x = y;
        }
        latest = pass;
        return tokens;
    }

    private static Tensor withoutRecord(VisionTransformer.Blockwise blocks, int block, Tensor x) {
        try (Scope scope = Scope.inference()) {
            return scope.keep(blocks.block(block, x));
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if no {@link #read} with gradients has come since the last call
     */
    @Override
    public void backward(Tensor loss) {
        loss.backward();
        if (isFrozen()) {
            return;
        }
        if (latest == null) {
            throw new IllegalStateException("no pass to go back through: call read, in a scope that records gradients,"
                    + " before each backward");
        }
        Pass pass = latest;
        latest = null;
        byte[] random = Engine.randomState();
        try (Scope scope = Scope.open()) {
            Optional<Tensor> gradient = Optional.empty();
            while (!pass.stretches.isEmpty()) {
                Stretch stretch = pass.stretches.pop();
                gradient = sum(gradient, stretch.output.filter(Tensor::hasGrad).map(Tensor::grad));
                if (gradient.isPresent()) {
                    boolean needed =
                            !pass.stretches.isEmpty() || pass.blocks.embedded().learns();
                    gradient = below(pass.blocks, stretch, gradient.get(), needed);
                }
            }
            gradient.ifPresent(g -> pass.blocks.embedded().backward(g));
        } finally {
            Engine.randomState(random);
        }
    }

    /** Computes a stretch again and goes back through it; the gradient of its input, if that is needed. */
    private static Optional<Tensor> below(
            VisionTransformer.Blockwise blocks, Stretch stretch, Tensor gradient, boolean needed) {
        try (Scope scope = Scope.open()) {
            Engine.randomState(stretch.random);
            Tensor x = stretch.input.detach();
            Tensor y = needed ? x.learn() : x;
            for (int block = stretch.first; block <= stretch.last; block++) {
                y = blocks.block(block, y);
            }
            if (y.learns()) { // what learns may all lie in the embedding or in other stretches
                y.backward(gradient);
            }
            return needed ? Optional.of(scope.keep(x.grad())) : Optional.empty();
        }
    }

    private static Optional<Tensor> sum(Optional<Tensor> a, Optional<Tensor> b) {
        return a.isPresent() && b.isPresent() ? Optional.of(a.get().add(b.get())) : a.or(() -> b);
    }

    /** The block below which nothing learns, 0 if the embedding does. */
    private static int firstLearning(Iterable<String> names, int depth) {
        int first = depth;
        for (String name : names) {
            Matcher block = BLOCK.matcher(name);
            first = Math.min(
                    first, block.find() ? Integer.parseInt(block.group(1)) : name.contains("norm") ? depth : 0);
        }
        return first;
    }

    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        return learning.export(folder, metadata);
    }

    @Override
    public void close() {
        learning.close();
    }
}
