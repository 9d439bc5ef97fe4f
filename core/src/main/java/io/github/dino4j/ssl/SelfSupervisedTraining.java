package io.github.dino4j.ssl;

import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.image.Geometry;
import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Features;
import io.github.dino4j.predict.ModelCard;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.BackboneFile;
import io.github.dino4j.train.Examples;
import io.github.dino4j.train.Input;
import io.github.dino4j.train.Losses;
import io.github.dino4j.train.ParameterGroup;
import io.github.dino4j.train.ParameterGroups;
import io.github.dino4j.train.Ranks;
import io.github.dino4j.train.Scores;
import io.github.dino4j.train.Seeds;
import io.github.dino4j.train.Step;
import io.github.dino4j.train.TrainingTask;
import io.github.dino4j.visual.Montage;
import io.github.dino4j.visual.PcaOptions;
import io.github.dino4j.visual.PcaPainter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A backbone learns from photos alone. What is measured and exported is the teacher: k-NN on photos with classes, the spread
 * of features, and a picture of their principal components. Owns the {@link SelfDistillation}.
 */
public final class SelfSupervisedTraining implements TrainingTask<Views> {
    /** Files of {@link #export}. */
    public static final String BACKBONE_FILE = "backbone.safetensors";

    public static final String HEADS_FILE = "heads.safetensors";

    private static final int BATCH = 64;
    private static final int CELL = 180;

    private final SelfDistillation model;
    private final ModelCard card;
    private final Examples<Views> examples;
    private final Optional<BlockMasks> masks;
    private final KnnProbe probe;
    private final List<Shown> shown;
    private final long seed;
    private final Map<String, String> facts;
    private final CollapseWatch watch = new CollapseWatch();
    private Ranks ranks = Ranks.ONE;
    private Step step = new Step(0, 1, 0);
    private int batchOfStep;

    /**
     * A photo that the sheet shows.
     *
     * @param photo as it is
     * @param pixels as the backbone reads it
     */
    public record Shown(RgbImage photo, Pixels pixels) {
        public static Shown of(RgbImage photo, Transform transform) {
            return new Shown(photo, transform.apply(photo));
        }
    }

    /**
     * @param card of the model that the backbone began as
     * @param masks how patches are hidden, if the objective matches them
     * @param probe what the run is watched on
     * @param shown photos for the sheet; may be empty
     * @param seed of the masks
     * @param facts what a resumed run must find again: how views are cut
     * @throws IllegalArgumentException if masks are missing, or there to no purpose
     */
    public SelfSupervisedTraining(
            SelfDistillation model,
            ModelCard card,
            Examples<Views> examples,
            Optional<BlockMasks> masks,
            KnnProbe probe,
            List<Shown> shown,
            long seed,
            Map<String, String> facts) {
        if (masks.isPresent() != model.objective().matchesPatches()) {
            throw new IllegalArgumentException(
                    "masks are for an objective that matches hidden patches; here its weight is "
                            + model.objective().patchWeight() + ", and masks are "
                            + (masks.isPresent() ? "given" : "missing"));
        }
        this.model = model;
        this.card = card;
        this.examples = examples;
        this.masks = masks;
        this.probe = probe;
        this.shown = List.copyOf(shown);
        this.seed = seed;
        this.facts = Map.copyOf(facts);
    }

    @Override
    public String title() {
        return card.name() + " learns from photos alone";
    }

    @Override
    public Map<String, String> facts() {
        return facts;
    }

    @Override
    public Examples<Views> examples() {
        return examples;
    }

    @Override
    public List<ParameterGroup> groups() {
        return ParameterGroups.plain(model.variables());
    }

    @Override
    public Map<String, Tensor> state() {
        return model.state();
    }

    @Override
    public void join(Ranks all) {
        ranks = all;
        model.join(all);
    }

    @Override
    public void beforeStep(Step next) {
        step = next;
        batchOfStep = 0;
        model.begin(next);
    }

    @Override
    public Losses learn(List<Views> batch, double share) {
        Crops crops = Views.batch(batch, masks.map(m -> draw(m, batch.size())));
        SelfDistillation.Terms terms = model.learn(crops, share);
        Map<String, Double> parts = new LinkedHashMap<>(terms.values());
        try (Scope scope = Scope.inference()) {
            parts.putAll(watch.observe(terms.classTargets()));
        }
        return new Losses(terms.total().item(), parts);
    }

    /** This rank's masks among those of the whole batch, which are the same however many ranks share it. */
    private PatchMasks draw(BlockMasks how, int photos) {
        int all = photos * ranks.size();
        PatchMasks whole = how.draw(2 * all, Seeds.ofBatch(seed, step.iteration(), batchOfStep++));
        if (ranks.size() == 1) {
            return whole;
        }
        int first = photos * ranks.rank();
        return whole.of(first, photos, all + first, photos);
    }

    @Override
    public void beforeUpdate(Step now) {
        model.beforeUpdate(now);
    }

    @Override
    public void afterStep(Step now) {
        model.end(now);
    }

    @Override
    public List<String> warnings() {
        return watch.take();
    }

    @Override
    public Scores evaluate() {
        int count = probe.photos().size();
        float[][] features = new float[count][];
        for (int first = 0; first < count; first += BATCH) {
            List<Input> some = new ArrayList<>();
            for (int i = first; i < Math.min(first + BATCH, count); i++) {
                some.add(probe.photos().load(i, new SplittableRandom(i)));
            }
            try (Scope scope = Scope.inference()) {
                Tensor cls = read(Input.batch(some)).cls();
                float[] values = cls.toFloats();
                int width = (int) cls.size(1);
                for (int i = 0; i < some.size(); i++) {
                    features[first + i] = java.util.Arrays.copyOfRange(values, i * width, (i + 1) * width);
                }
            }
        }
        FeatureSpread spread = spread(features);
        watch.observe(spread.deviation(), spread.rank());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("k-NN top1", probe.accuracy(features));
        values.put("spread of features", spread.deviation());
        values.put("effective rank", spread.rank());
        Map<String, Object> protocol = new LinkedHashMap<>();
        protocol.put("images", count);
        protocol.put("classes", probe.classes());
        protocol.put("neighbours", probe.neighbours());
        protocol.put("features", "the teacher's class token, each photo against all others");
        return new Scores(values, "k-NN top1", true, protocol);
    }

    private static FeatureSpread spread(float[][] features) {
        int width = features[0].length;
        float[] all = new float[features.length * width];
        for (int i = 0; i < features.length; i++) {
            System.arraycopy(features[i], 0, all, i * width, width);
        }
        try (Scope scope = Scope.inference()) {
            return FeatureSpread.of(Tensor.of(all, features.length, width));
        }
    }

    private Tokens read(Tensor pixels) {
        return model.teacher().inference().backbone().forward(pixels).normed();
    }

    /** Photos and their patches' principal components, in one basis. */
    @Override
    public Optional<RgbImage> sheet() {
        if (shown.isEmpty()) {
            return Optional.empty();
        }
        List<Features> features = new ArrayList<>();
        for (Shown one : shown) {
            Pixels pixels = one.pixels();
            Geometry geometry = pixels.geometry();
            try (Scope scope = Scope.inference()) {
                Tokens tokens = read(Tensor.of(pixels.values(), 1, 3, pixels.height(), pixels.width()));
                features.add(new Features(
                        tokens.height(),
                        tokens.width(),
                        tokens.cls().toFloats(),
                        new float[0],
                        tokens.patches().toFloats(),
                        geometry));
            }
        }
        PcaPainter painter = PcaPainter.fit(features, PcaOptions.WHOLE);
        Montage sheet = Montage.ofColumns(4).cellWidth(CELL).title("patches of the teacher, principal components");
        for (int i = 0; i < shown.size(); i++) {
            sheet.add(shown.get(i).photo(), "");
            sheet.add(painter.paint(features.get(i)).enlarged(8), "");
        }
        return Optional.of(sheet.render());
    }

    /** Writes the teacher: its backbone under official names, and its heads, from which a later run may go on. */
    @Override
    public List<Path> export(Path folder, Map<String, String> metadata) throws IOException {
        Files.createDirectories(folder);
        Path backbone = folder.resolve(BACKBONE_FILE);
        Path heads = folder.resolve(HEADS_FILE);
        Map<String, Tensor> own = new LinkedHashMap<>();
        Map<String, Tensor> rest = new LinkedHashMap<>();
        model.teacher().tensors().forEach((name, tensor) -> {
            if (name.startsWith(Network.BACKBONE)) {
                own.put(name.substring(Network.BACKBONE.length()), tensor);
            } else {
                rest.put(name, tensor);
            }
        });
        BackboneFile.write(backbone, card, own, metadata);
        BackboneFile.writeTensors(heads, rest, metadata);
        return List.of(backbone, heads);
    }

    @Override
    public void close() {
        model.close();
    }
}
