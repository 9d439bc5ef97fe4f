package io.github.dino4j.detect;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.decoder.SinePositions;
import io.github.dino4j.nn.Bias;
import io.github.dino4j.nn.Conv2d;
import io.github.dino4j.nn.GroupNorm;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.LayerNorm;
import io.github.dino4j.nn.Linear;
import io.github.dino4j.nn.MultiLayerPerceptron;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.tensor.Trace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * DINOv3's object detector (arXiv:2508.10104, "Object detection"), a Plain DETR (arXiv:2308.01904) on a frozen backbone:
 * features in windows, an encoder, proposals from the places of a pyramid, and queries that refine the best proposals layer
 * by layer.
 *
 * <p>Weights, under the official names: {@code input_proj.0}, {@code transformer}, {@code query_embed.weight}, {@code
 * class_embed.i}, {@code bbox_embed.i} (one for each decoder layer and one for the proposals), and the norms of the
 * backbone's layers where there are some. Immutable. Over {@link Parameters#learning} it also runs the queries that only
 * training has.
 */
public final class Detector {
    static final double EPS = 1e-5;

    /** Probability of a class where nothing has been learned (RetinaNet, arXiv:1708.02002, section 4.1). */
    private static final double PRIOR = 0.01;

    private final DetectorConfig config;
    private final int queries;
    private final WindowedFeatures windows;
    private final Conv2d projection;
    private final GroupNorm projectionNorm;
    private final SinePositions positions;
    private final Tensor level;
    private final List<EncoderLayer> encoder = new ArrayList<>();
    private final Proposals proposals;
    private final BoxEmbedding embedding;
    private final Tensor content;
    private final List<DecoderLayer> decoder = new ArrayList<>();
    private final LayerNorm norm;
    private final List<Linear> classes = new ArrayList<>();
    private final List<MultiLayerPerceptron> boxes = new ArrayList<>();
    private final Supplier<Scope> pass;

    public Detector(Parameters p, DetectorConfig c) {
        config = c;
        queries = c.queries() + (p.isLearning() ? c.extraQueries() : 0);
        windows = new WindowedFeatures(p, c);
        Parameters input = p.at("input_proj").at(0);
        projection = new Conv2d(
                input.at(0),
                new Conv2d.Shape(c.channels(), c.dim(), 1, Bias.FULL),
                Init.xavierUniform(c.channels(), c.dim()),
                Init.ZERO);
        projectionNorm = new GroupNorm(input.at(1), DetectorConfig.GROUPS, c.dim());
        positions = new SinePositions(p, c.dim() / 2, 0.5);
        Parameters transformer = p.at("transformer");
        level = transformer.tensor("level_embed", Init.normal(1), 1, c.dim());
        for (int i = 0; i < c.encoderLayers(); i++) {
            encoder.add(new EncoderLayer(transformer.at("encoder").at("layers").at(i), c));
        }
        proposals = new Proposals(transformer, c);
        embedding = new BoxEmbedding(transformer, c);
        content = p.tensor("query_embed.weight", Init.normal(1), c.queries() + (long) c.extraQueries(), c.dim());
        for (int i = 0; i < c.decoderLayers(); i++) {
            decoder.add(new DecoderLayer(transformer.at("decoder").at("layers").at(i), c));
        }
        norm = new LayerNorm(transformer.at("decoder").at("final_layer_norm"), EPS, c.dim());
        for (int i = 0; i <= c.decoderLayers(); i++) {
            classes.add(p.at("class_embed")
                    .linear(
                            Integer.toString(i),
                            c.dim(),
                            c.classes(),
                            Init.xavierUniform(c.dim(), c.dim()),
                            Init.constant(-Math.log((1 - PRIOR) / PRIOR))));
            boxes.add(new MultiLayerPerceptron(p.at("bbox_embed").at(i), c.dim(), c.dim(), c.dim(), 4));
        }
        p.alias("class_embed", "transformer.decoder.class_embed");
        p.alias("bbox_embed", "transformer.decoder.bbox_embed");
        pass = p.pass();
    }

    /** A linear layer drawn as transformers are. */
    static Linear linear(Parameters p, String name, int in, int out) {
        return p.linear(name, in, out, Init.xavierUniform(in, out), Init.ZERO);
    }

    public DetectorConfig config() {
        return config;
    }

    /**
     * The features that this head reads of a backbone [B, {@link DetectorConfig#channels}, H / stride, W / stride].
     *
     * @param backbone gives the tokens of {@link DetectorConfig#taps} of images [B, 3, h, w]; called once for each window
     *     and once for the whole, or once where there are none
     * @throws IllegalArgumentException if the images are too small for the windows
     */
    public Tensor features(PaddedImages images, Function<Tensor, List<Tokens>> backbone) {
        return windows.of(images.pixels(), backbone);
    }

    /** Native memory that {@link #forward} takes for an image of these sides, roughly: its features and the widest bias. */
    long bytes(int height, int width) {
        long places = (long) (height / config.stride() + 1) * (width / config.stride() + 1);
        long lines = height / config.stride() + width / config.stride() + 2L;
        long features = 2 * places * config.channels();
        long bias = 3 * places * config.heads() * queries + 2 * lines * config.biasHidden() * queries;
        long encoder = 2 * places * places * config.heads();
        return Float.BYTES * (features + Math.max(bias, encoder));
    }

    /** What the detector says about images of these features. */
    public DetectorOutput forward(PaddedImages images, Tensor features) {
        try (Scope scope = pass.get()) {
            Padding padding = images.padding().resized((int) features.size(2), (int) features.size(3));
            DetectorOutput output = run(features, padding);
            List<BoxPrediction> layers =
                    output.layers().stream().map(l -> l.keep(scope)).toList();
            return new DetectorOutput(
                    layers, output.proposals().keep(scope), output.queries(), scope.keep(output.limits()));
        }
    }

    private DetectorOutput run(Tensor features, Padding padding) {
        Trace.stage("backbone (features)", features);
        Trace.stage("backbone (feature_mask)", () -> padding.mask().to(DType.F32));
        int height = padding.height();
        int width = padding.width();
        Optional<Tensor> padded = padding.isEmpty() ? Optional.empty() : Optional.of(padding.mask());
        Tensor sines = padded.isPresent() ? positions.masked(padded.get()) : positions.at(height, width);
        Trace.stage("backbone (pos)", () -> sines.expand(features.size(0), -1, -1, -1));
        Tensor places = tokens(sines).add(level.unsqueeze(0)); // [B or 1, N, D]
        Tensor memory = encode(features, places, padded);
        DecoderLayer.Memory seen = new DecoderLayer.Memory(memory.add(places), memory, height, width, padded);

        Tensor map = memory.transpose(1, 2).reshape(memory.size(0), config.dim(), height, width);
        Proposals.Places first = proposals.of(map, padding);
        Trace.stage("transformer.enc_output (proposals)", first.boxes());
        int last = config.decoderLayers();
        BoxPrediction proposed = new BoxPrediction(
                classes.get(last).forward(first.memory()),
                refined(first.boxes(), boxes.get(last).forward(first.memory()), first.limits()));
        Trace.stage("transformer.enc_output (enc_logits)", proposed.classes());
        Trace.stage("transformer.enc_output (enc_boxes)", proposed.boxes());
        return new DetectorOutput(decode(seen, proposed, first.limits()), proposed, config.queries(), first.limits());
    }

    private static Tensor tokens(Tensor map) {
        return map.flatten(2, 3).transpose(1, 2);
    }

    private Tensor encode(Tensor features, Tensor places, Optional<Tensor> padded) {
        Optional<Tensor> hidden = padded.map(mask -> mask.reshape(mask.size(0), 1, 1, mask.size(1) * mask.size(2)));
        Tensor memory = tokens(projectionNorm.forward(projection.forward(features)));
        Trace.stage("input_proj", memory);
        for (EncoderLayer layer : encoder) {
            Tensor before = memory;
            memory = Scope.tidy(() -> layer.forward(before, places, hidden));
        }
        Trace.stage("transformer.encoder (memory)", memory);
        return memory;
    }

    private List<BoxPrediction> decode(DecoderLayer.Memory memory, BoxPrediction proposed, Tensor limits) {
        Tensor reference = best(proposed);
        Trace.stage("transformer (init_reference)", reference);
        Tensor places = embedding.forward(reference);
        long batch = reference.size(0);
        int count = (int) reference.size(1);
        Tensor x = content.narrow(0, 0, count).unsqueeze(0).expand(batch, count, config.dim());
        Optional<Tensor> apart = count > config.queries() ? Optional.of(apart(count)) : Optional.empty();
        List<BoxPrediction> layers = new ArrayList<>();
        Tensor looked = reference; // with the gradient of the layer before ("look forward twice", arXiv:2203.03605)
        for (int i = 0; i < decoder.size(); i++) {
            DecoderLayer layer = decoder.get(i);
            Tensor before = x;
            Tensor at = reference;
            x = Scope.tidy(() -> layer.forward(before, places, at, memory, apart));
            Tensor y = norm.forward(x);
            Tensor deltas = boxes.get(i).forward(y);
            layers.add(new BoxPrediction(classes.get(i).forward(y), refined(looked, deltas, limits)));
            looked = refined(reference, deltas, limits);
            reference = looked.detach();
            Trace.stage("transformer.decoder.layers." + i + " (hs)", y);
            Trace.stage("transformer.decoder.layers." + i + " (inter_references)", looked);
        }
        return layers;
    }

    private static Tensor refined(Tensor boxes, Tensor deltas, Tensor limits) {
        return Boxes.centred(Boxes.decode(boxes, deltas, limits));
    }

    /** The boxes of the proposals that look most like an object, without their gradient [B, Q, 4]. */
    private Tensor best(BoxPrediction proposed) {
        int count = proposed.count();
        int most = Math.min(queries, count);
        float[] looks = proposed.classes().detach().select(-1, 0).toFloats();
        long[] chosen = IntStream.range(0, (int) proposed.classes().size(0))
                .mapToObj(b -> IntStream.range(b * count, (b + 1) * count).boxed())
                .flatMap(image -> image.sorted(
                                Comparator.comparing((Integer i) -> looks[i]).reversed())
                        .limit(most))
                .mapToLong(i -> i)
                .toArray();
        return proposed.boxes().detach().flatten(0, 1).rows(chosen).reshape(-1, most, 4);
    }

    /** Where one of two queries answers and the other one is there for training only: BOOL [1, 1, count, count]. */
    private Tensor apart(int count) {
        float[] apart = new float[count * count];
        for (int i = 0; i < apart.length; i++) {
            apart[i] = (i / count < config.queries()) == (i % count < config.queries()) ? 0 : 1;
        }
        return Tensor.of(apart, 1, 1, count, count).to(DType.BOOL);
    }
}
