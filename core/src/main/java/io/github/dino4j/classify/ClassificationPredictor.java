package io.github.dino4j.classify;

import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.predict.Predictor;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.nio.file.Path;

/**
 * Classes of photos by a backbone and a linear classifier. Immutable; any thread may use it. Closing frees the classifier,
 * not the model.
 */
public final class ClassificationPredictor implements Predictor<Classification> {
    private static final int IMAGENET = 1000;

    private final Model model;
    private final LoadedHead<LinearClassifier> head;
    private final ClassList classes;
    private final Transform transform;
    private final Labelling labelling;

    /** How many classes a photo has. */
    public enum Labelling {
        /** One: softmax. */
        ONE,
        /** Any number: a sigmoid for each class. */
        SEVERAL
    }

    private ClassificationPredictor(
            Model model,
            LoadedHead<LinearClassifier> head,
            ClassList classes,
            Transform transform,
            Labelling labelling) {
        this.model = model;
        this.head = head;
        this.classes = classes.require(head.head().config().classes());
        this.transform = transform;
        this.labelling = labelling;
    }

    /**
     * Loads a classifier; what it reads, its file and the backbone say.
     *
     * @throws io.github.dino4j.weights.CheckpointException if none is in the file, or it is for another backbone
     * @throws IllegalArgumentException if {@code classes} has another number of classes
     */
    public static ClassificationPredictor load(Model backbone, Path file, ClassList classes) {
        LoadedHead<LinearClassifier> head = ClassifierFile.open(file).load(backbone);
        try {
            return of(backbone, head, classes);
        } catch (RuntimeException | Error e) {
            head.close();
            throw e;
        }
    }

    /** The same with the names that the file carries; ImageNet's for 1,000 outputs without names, else numbers. */
    public static ClassificationPredictor load(Model backbone, Path file) {
        ClassifierFile opened = ClassifierFile.open(file);
        return load(
                backbone,
                file,
                opened.classNames()
                        .map(names -> ClassList.of(String.valueOf(file.getFileName()), names))
                        .orElseGet(() -> usual(opened.classes())));
    }

    /** The list for a classifier of so many outputs that names none: ImageNet's for 1,000, as all published ones have. */
    public static ClassList usual(int outputs) {
        return outputs == IMAGENET ? ClassList.named("imagenet-1k") : ClassList.numbered(outputs);
    }

    /** A predictor of a classifier in memory, which it closes, with the model's own transform. */
    public static ClassificationPredictor of(Model backbone, LoadedHead<LinearClassifier> head, ClassList classes) {
        LinearClassifier.Config config = head.head().config();
        int has = config.input().width(backbone.config());
        if (has != config.width()) {
            throw new IllegalArgumentException("the classifier (" + head.source() + ") reads " + config.width()
                    + " values, " + backbone.card().name() + " gives " + has
                    + "; load the backbone that it was trained on");
        }
        return new ClassificationPredictor(
                backbone, head, classes, backbone.card().transform(), Labelling.ONE);
    }

    /** The same head with photos prepared otherwise. */
    public ClassificationPredictor with(Transform other) {
        return new ClassificationPredictor(model, head, classes, other, labelling);
    }

    /** The same head with one label a photo, or several. */
    public ClassificationPredictor with(Labelling other) {
        return new ClassificationPredictor(model, head, classes, transform, other);
    }

    public Model model() {
        return model;
    }

    public LinearClassifier head() {
        return head.head();
    }

    /** The classifier's file, or how its weights were drawn. */
    public String source() {
        return head.source();
    }

    public ClassList classes() {
        return classes;
    }

    public Transform transform() {
        return transform;
    }

    public Labelling labelling() {
        return labelling;
    }

    @Override
    public Classification predict(RgbImage photo) {
        return classify(reader().read(photo));
    }

    /** Reads of photos what the classifier reads, prepared as here. */
    public FeatureReader reader() {
        return new FeatureReader(model, head().config().input(), transform);
    }

    /**
     * The classes of a feature that {@link #reader} has read.
     *
     * @param feature [width]
     * @throws NotFiniteException if the classifier gives NaN or infinity
     */
    public Classification classify(float[] feature) {
        float[] values = head.use(h -> {
            try (Scope scope = Scope.inference()) {
                Tensor logits = h.logits(Tensor.of(feature, 1, feature.length));
                return (labelling == Labelling.ONE ? logits.softmax(1) : logits.sigmoid()).toFloats();
            }
        });
        double[] probabilities = new double[values.length];
        for (int k = 0; k < values.length; k++) {
            if (!Float.isFinite(values[k])) {
                throw new NotFiniteException("the classifier (" + head.source() + ") gives NaN or infinity on "
                        + model.card().name() + ": try another precision, or check the weights");
            }
            probabilities[k] = values[k];
        }
        return new Classification(classes, probabilities);
    }

    @Override
    public void close() {
        head.close();
    }
}
