package io.github.dino4j.eval;

import io.github.dino4j.data.BadFile;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.data.DataSetException;
import java.util.ArrayList;
import java.util.List;

/**
 * What was found when every file of a data set was read.
 *
 * @param photos that cannot be read
 * @param truths that cannot be read, have another size than their photo, or hold what they may not
 */
public record DataCheck(List<BadFile> photos, List<BadFile> truths) {
    public DataCheck {
        photos = List.copyOf(photos);
        truths = List.copyOf(truths);
    }

    public boolean passed() {
        return photos.isEmpty() && truths.isEmpty();
    }

    /**
     * Throws unless a run can begin.
     *
     * @throws DataSetException listing every bad file
     */
    void require(DataSet set, Unreadable rule) {
        List<BadFile> bad = new ArrayList<>(truths);
        if (rule == Unreadable.FAIL) {
            bad.addAll(photos);
        }
        if (!bad.isEmpty()) {
            throw new DataSetException(
                    set.name() + ": " + bad.size() + " of its files cannot be used, nothing was evaluated. Repair them,"
                            + " or take them away together with their partners"
                            + (truths.isEmpty() ? "; photos that cannot be read may also be skipped" : "") + ":",
                    bad);
        }
        if (photos.size() == set.size()) {
            throw new DataSetException(set.name() + ": no photo can be read:", photos);
        }
    }
}
