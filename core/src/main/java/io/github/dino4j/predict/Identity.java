package io.github.dino4j.predict;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.backbone.BackboneCatalog.Entry;
import io.github.dino4j.backbone.BackboneConfig;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.CheckpointException;
import io.github.dino4j.weights.Preprocessing;
import io.github.dino4j.weights.PretrainingData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which published model a checkpoint is. Web and satellite weights can share every name and shape, and then only a file
 * name, a config file or the user can tell; normalisation depends on it, so it is not guessed.
 */
public record Identity(
        String name,
        String title,
        String licence,
        Optional<Entry> entry,
        Normalisation normalisation,
        List<String> warnings) {

    /**
     * The published models that a checkpoint can be, narrowed down by all that it says of itself; none where nobody
     * published its shape.
     */
    public static List<Entry> candidates(Checkpoint checkpoint, BackboneConfig config) {
        List<Entry> alike = BackboneCatalog.alike(config);
        Optional<Entry> declared = declared(checkpoint).filter(alike::contains);
        if (declared.isPresent()) {
            return List.of(declared.get());
        }
        return alike.size() < 2 ? alike : told(alike, checkpoint, config);
    }

    static Identity of(Checkpoint checkpoint, BackboneConfig config, LoadOptions options) {
        Optional<Normalisation> stated = stated(checkpoint);
        if (options.model().isPresent()) {
            return published(asked(checkpoint, config, options.model().get()), stated);
        }
        List<Entry> candidates = candidates(checkpoint, config);
        if (candidates.isEmpty()) {
            return unpublished(config, stated);
        }
        if (candidates.size() > 1) {
            throw new CheckpointException(checkpoint.path() + ": fits " + names(candidates)
                    + ", which share every tensor but not the normalisation of images. Say which with --model "
                    + candidates.get(0).name() + " (or keep the published file name, which tells it).");
        }
        return published(candidates.get(0), stated);
    }

    /**
     * The model that the user names.
     *
     * @throws CheckpointException saying what the file looks like, if it is another one
     */
    public static Entry asked(Checkpoint checkpoint, BackboneConfig config, String name) {
        Entry asked = BackboneCatalog.get(name);
        List<Entry> alike = BackboneCatalog.alike(config);
        if (!alike.contains(asked)) {
            throw new CheckpointException(checkpoint.path() + ": is not " + asked.name() + ": the file holds "
                    + BackboneCatalog.describe(config) + ", " + asked.name() + " is "
                    + BackboneCatalog.describe(asked.config()) + ". "
                    + (alike.isEmpty()
                            ? "No published model has its shape; leave --model out to load it as it is."
                            : "The file looks like " + names(alike) + ": pass --model "
                                    + alike.get(0).name() + ", or leave it out."));
        }
        return asked;
    }

    private static Optional<Entry> declared(Checkpoint checkpoint) {
        return Optional.ofNullable(checkpoint.metadata().get(ModelCard.METADATA_KEY))
                .flatMap(BackboneCatalog::find);
    }

    /** Narrows down by what the file says of its training images. */
    private static List<Entry> told(List<Entry> alike, Checkpoint checkpoint, BackboneConfig config) {
        Optional<Normalisation> stated = stated(checkpoint);
        Optional<PretrainingData> data = checkpoint.hints().pretrainingData();
        if (data.isPresent()) {
            boolean satellite = data.get() == PretrainingData.SAT493M;
            return alike.stream().filter(e -> isSatellite(e) == satellite).toList();
        }
        if (stated.isPresent()) {
            return alike.stream()
                    .filter(e -> isSatellite(e) == stated.get().equals(Normalisation.SAT493M))
                    .toList();
        }
        // Of the official files, only the satellite ViT-L and both 7B models carry local_cls_norm.
        boolean official = checkpoint.naming() == io.github.dino4j.weights.Naming.OFFICIAL_DINOV3;
        return official && config instanceof VitConfig vit
                ? alike.stream()
                        .filter(e -> ((VitConfig) e.config()).localClsNorm() == vit.localClsNorm())
                        .toList()
                : alike;
    }

    private static Identity published(Entry entry, Optional<Normalisation> stated) {
        Normalisation own = Normalisation.of(array(entry.mean()), array(entry.std()));
        List<String> warnings = new ArrayList<>();
        if (stated.isPresent() && !stated.get().equals(own)) {
            warnings.add("preprocessor_config.json says " + stated.get() + ", the published " + entry.name()
                    + " was trained with " + own + "; using the latter");
        }
        return new Identity(entry.name(), entry.title(), entry.licence(), Optional.of(entry), own, warnings);
    }

    private static Identity unpublished(BackboneConfig config, Optional<Normalisation> stated) {
        String shape = BackboneCatalog.describe(config);
        List<String> warnings = new ArrayList<>();
        warnings.add("no published model has this shape: " + shape
                + "; if it should be one, the file is incomplete or changed");
        if (stated.isEmpty()) {
            warnings.add("the file does not say how its images were normalised; using ImageNet's mean and deviation");
        }
        return new Identity(
                "unpublished",
                shape,
                "unknown: no published model has this shape",
                Optional.empty(),
                stated.orElse(Normalisation.IMAGENET),
                warnings);
    }

    /** Mean and deviation that the config files beside the weights state, or the metadata of a file of ours. */
    public static Optional<Normalisation> stated(Checkpoint checkpoint) {
        return checkpoint.hints().preprocessing().flatMap(Identity::statistics).or(() -> {
            String[] numbers = checkpoint
                    .metadata()
                    .getOrDefault(ModelCard.STATISTICS_KEY, "")
                    .split(",");
            if (numbers.length != 6 || !Arrays.stream(numbers).allMatch(n -> n.matches("[0-9]+\\.[0-9]+"))) {
                return Optional.empty();
            }
            float[] values = new float[6];
            for (int i = 0; i < 6; i++) {
                values[i] = Float.parseFloat(numbers[i]);
            }
            return Optional.of(Normalisation.of(Arrays.copyOfRange(values, 0, 3), Arrays.copyOfRange(values, 3, 6)));
        });
    }

    private static Optional<Normalisation> statistics(Preprocessing preprocessing) {
        return preprocessing.mean().size() != 3 || preprocessing.std().size() != 3
                ? Optional.empty()
                : Optional.of(Normalisation.of(doubles(preprocessing.mean()), doubles(preprocessing.std())));
    }

    private static boolean isSatellite(Entry entry) {
        return entry.data().filter(data -> data.startsWith("SAT")).isPresent();
    }

    private static String names(List<Entry> entries) {
        return String.join(" and ", entries.stream().map(Entry::name).toList());
    }

    private static float[] array(List<Float> values) {
        return new float[] {values.get(0), values.get(1), values.get(2)};
    }

    private static float[] doubles(List<Double> values) {
        return new float[] {
            values.get(0).floatValue(),
            values.get(1).floatValue(),
            values.get(2).floatValue()
        };
    }
}
