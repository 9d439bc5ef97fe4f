package io.github.dino4j.ssl;

import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.train.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A photo cut into crops.
 *
 * @param global two large ones
 * @param local small ones, any number
 * @param gram the large ones undistorted, for the Gram anchor; empty for none
 */
public record Views(List<Input> global, List<Input> local, List<Input> gram) {
    public Views {
        global = List.copyOf(global);
        local = List.copyOf(local);
        gram = List.copyOf(gram);
        if (global.size() != 2) {
            throw new IllegalArgumentException("a photo has two global crops, not " + global.size());
        }
    }

    /** Crops of some photos, crop by crop, in the current scope. */
    static Crops batch(List<Views> photos, Optional<PatchMasks> masks) {
        return new Crops(
                join(photos, Views::global).orElseThrow(),
                join(photos, Views::local),
                masks,
                join(photos, Views::gram));
    }

    private static Optional<Tensor> join(List<Views> photos, Function<Views, List<Input>> kind) {
        List<Input> all = new ArrayList<>();
        for (int crop = 0; crop < kind.apply(photos.get(0)).size(); crop++) {
            for (Views photo : photos) {
                all.add(kind.apply(photo).get(crop));
            }
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(Input.batch(all));
    }
}
