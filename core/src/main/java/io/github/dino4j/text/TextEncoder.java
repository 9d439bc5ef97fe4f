package io.github.dino4j.text;

import io.github.dino4j.export.Fingerprint;
import io.github.dino4j.export.ModelIdentity;
import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.Interpolation;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Texts and photos as vectors of one space, of length 1: their dot product is their likeness. Immutable; any number of
 * threads may use it at once. Closing frees vision head and text tower, not the model.
 */
public final class TextEncoder implements AutoCloseable {
    /** Texts that go through the tower at once. */
    private static final int TOGETHER = 32;

    private static final int PUBLISHED_SIDE = 512;

    private final Model model;
    private final LoadedHead<DinoTxt> head;
    private final Tokenizer tokenizer;
    private final Transform transform;
    private final List<String> sources;

    private TextEncoder(
            Model model, LoadedHead<DinoTxt> head, Tokenizer tokenizer, Transform transform, List<String> sources) {
        this.model = model;
        this.head = head;
        this.tokenizer = tokenizer;
        this.transform = transform;
        this.sources = List.copyOf(sources);
    }

    /**
     * Loads a dino.txt whose list of merges lies beside it ({@code bpe_simple_vocab_16e6.txt.gz}).
     *
     * @param backbone that it was trained on; stays the caller's
     * @param files its one file (DINOv3), or vision head and text encoder (DINOv2)
     * @throws CheckpointException if a file cannot be used, or the backbone is another one
     */
    public static TextEncoder load(Model backbone, Path... files) {
        Path folder = Optional.ofNullable(files[0].toAbsolutePath().getParent()).orElse(files[0]);
        Path merges = Tokenizer.find(folder)
                .orElseThrow(() -> new CheckpointException(folder
                        + ": no list of merges lies beside the weights (bpe_simple_vocab_16e6.txt.gz, which CLIP's"
                        + " tokenizer reads); put it there, or name it (--merges FILE; Tokenizer.read)"));
        return load(backbone, DinoTxtFile.open(files), Tokenizer.read(merges));
    }

    /**
     * The same with a tokenizer from elsewhere.
     *
     * @throws CheckpointException also if the tokenizer has another vocabulary than the text encoder
     */
    public static TextEncoder load(Model backbone, DinoTxtFile file, Tokenizer tokenizer) {
        if (file.vocabulary() != tokenizer.vocabulary()) {
            throw new CheckpointException(
                    file + ": its text encoder knows " + file.vocabulary()
                            + " numbers, the list of merges gives " + tokenizer.vocabulary()
                            + ". Give the list that it was trained with, whole: CLIP's bpe_simple_vocab_16e6.txt.gz for 49408.");
        }
        LoadedHead<DinoTxt> head = file.load(backbone);
        List<String> sources = file.paths().stream().map(Path::toString).toList();
        return new TextEncoder(backbone, head, tokenizer, transform(backbone, PUBLISHED_SIDE), sources);
    }

    /**
     * An encoder over a head in memory, such as {@link #random}'s, which it closes.
     *
     * @throws IllegalArgumentException if head, backbone and tokenizer do not belong together; the head stays the caller's
     */
    public static TextEncoder of(Model backbone, LoadedHead<DinoTxt> head, Tokenizer tokenizer) {
        DinoTxtConfig config = head.head().config();
        if (config.vision().dim() != backbone.config().dim() || config.text().vocabulary() != tokenizer.vocabulary()) {
            throw new IllegalArgumentException("the head reads tokens of width "
                    + config.vision().dim() + " and " + config.text().vocabulary() + " numbers, the backbone gives "
                    + backbone.config().dim() + ", the tokenizer " + tokenizer.vocabulary());
        }
        return new TextEncoder(backbone, head, tokenizer, transform(backbone, PUBLISHED_SIDE), List.of(head.source()));
    }

    /** An encoder with a small untrained head: it runs, and knows nothing. */
    public static TextEncoder random(Model backbone, Tokenizer tokenizer, long seed) {
        DinoTxtConfig config = DinoTxtConfig.light(backbone.config(), tokenizer.vocabulary());
        return of(backbone, LoadedHead.random(seed, p -> new DinoTxt(p, config)), tokenizer);
    }

    /** Shorter side and centre crop of about {@code side} pixels, bicubic, as in dino.txt's evaluation. */
    private static Transform transform(Model model, int side) {
        int patch = model.config().patch();
        int whole = Math.max(1, Math.round((float) side / patch)) * patch;
        return model.card()
                .transform()
                .withSizing(new Sizing.ShorterSideThenCrop(whole, whole, CropRounding.HALF_EVEN))
                .withInterpolation(Interpolation.BICUBIC);
    }

    /** The same with photos of about another side, to the nearest multiple of the patch. */
    public TextEncoder withSide(int side) {
        if (side < 1) {
            throw new IllegalArgumentException("the side must be positive, found " + side);
        }
        return new TextEncoder(model, head, tokenizer, transform(model, side), sources);
    }

    public Model model() {
        return model;
    }

    public DinoTxt head() {
        return head.head();
    }

    /** How photos are prepared. */
    public Transform transform() {
        return transform;
    }

    /** The files of the head, or how its weights were drawn. */
    public List<String> sources() {
        return sources;
    }

    /** Width of the space. */
    public int dim() {
        return head().config().embedDim();
    }

    /**
     * A name for the space, the same wherever the same weights are loaded, and another for others: vectors of two spaces
     * must not be compared. Reads ends of the files.
     */
    public String space() {
        ModelIdentity backbone = ModelIdentity.of(model);
        String weights = sources.stream().map(Fingerprint::ofSource).collect(Collectors.joining(" "));
        String all = Fingerprint.of(backbone.weights() + " " + backbone.settings() + " " + weights + " "
                + head().config() + " " + tokenizer.vocabulary());
        return "dino.txt " + backbone.model() + " "
                + all.replaceFirst("^\\w+:", "").substring(0, 16);
    }

    /** Whether the text tower sees all of a text; a longer one is cut at its end. */
    public boolean fits(String text) {
        return tokenizer.fits(text, head().config().text().context());
    }

    /**
     * Texts as vectors [texts][{@link #dim}] of length 1. What is longer than the context is cut at its end.
     *
     * @throws NotFiniteException if the tower gives NaN or infinity
     */
    public float[][] encode(String... texts) {
        return encode(List.of(texts));
    }

    /** The same. */
    public float[][] encode(List<String> texts) {
        int context = head().config().text().context();
        List<float[]> rows = new ArrayList<>();
        for (int first = 0; first < texts.size(); first += TOGETHER) {
            List<String> part = texts.subList(first, Math.min(first + TOGETHER, texts.size()));
            long[][] ids = tokenizer.tokenize(part, context);
            float[] values = head.use(h -> {
                try (Scope scope = Scope.inference()) {
                    return DinoTxt.normalised(h.text().features(ids)).toFloats();
                }
            });
            rows.addAll(rows(values, part.size(), "the text tower (" + head.source() + ")"));
        }
        return rows.toArray(float[][]::new);
    }

    /**
     * A photo as a vector [{@link #dim}] of length 1.
     *
     * @throws NotFiniteException if the model or head gives NaN or infinity
     */
    public float[] encode(RgbImage photo) {
        return encode(model.prepare(transform, photo, Optional.empty()));
    }

    /** The same of a photo that the transform has prepared. */
    public float[] encode(Pixels photo) {
        float[] values = model.run(backbone -> head.use(h -> {
            Tensor pixels = Model.tensor(List.of(photo));
            return DinoTxt.normalised(
                            h.vision().feature(h.vision().align(h.vision().read(backbone, pixels))))
                    .toFloats();
        }));
        return rows(values, 1, model.card().name() + " with the vision head (" + head.source() + ")")
                .get(0);
    }

    /**
     * One vector a class: the mean over the sentences of each, of length 1 before and after.
     *
     * @param patches whether the vectors are for aligned patches instead of whole photos: of that part of a text's feature
     */
    float[][] classes(List<String> names, PromptTemplates templates, boolean patches) {
        int from = patches ? dim() - head().config().width() : 0;
        float[][] classes = new float[names.size()][];
        for (int k = 0; k < classes.length; k++) {
            double[] sum = new double[dim() - from];
            for (float[] text : encode(templates.of(names.get(k)))) {
                float[] part = Arrays.copyOfRange(text, from, text.length);
                double length = length(part);
                for (int i = 0; i < part.length; i++) {
                    sum[i] += part[i] / length;
                }
            }
            float[] mean = new float[sum.length];
            double length = Math.sqrt(Arrays.stream(sum).map(v -> v * v).sum());
            for (int i = 0; i < mean.length; i++) {
                mean[i] = (float) (sum[i] / Math.max(length, 1e-12));
            }
            classes[k] = mean;
        }
        return classes;
    }

    private static double length(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.max(Math.sqrt(sum), 1e-12);
    }

    private static List<float[]> rows(float[] values, int count, String what) {
        int width = values.length / count;
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new NotFiniteException(
                        what + " gives NaN or infinity: try another precision, or check the weights");
            }
        }
        for (int i = 0; i < count; i++) {
            rows.add(Arrays.copyOfRange(values, i * width, (i + 1) * width));
        }
        return rows;
    }

    /** Runs work on the head's layers and the backbone. */
    LoadedHead<DinoTxt> loaded() {
        return head;
    }

    @Override
    public void close() {
        head.close();
    }
}
