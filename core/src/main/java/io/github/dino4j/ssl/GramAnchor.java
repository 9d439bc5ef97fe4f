package io.github.dino4j.ssl;

/**
 * How an earlier teacher anchors the likeness of patches (DINOv3, arXiv:2508.10104, section 4).
 *
 * @param perImage whether patches are compared within their image; else all of a batch with all
 * @param tokens which patches are compared
 * @param begin iteration at whose beginning the moving teacher becomes the anchor; -1 for an anchor that is given
 * @param firstRefresh iteration after which the anchor may first be refreshed by the moving teacher
 * @param refreshEvery iterations from refresh to refresh; 0 for none
 * @param refreshes at most
 */
public record GramAnchor(
        GramLoss loss,
        boolean perImage,
        Selection tokens,
        long begin,
        long firstRefresh,
        long refreshEvery,
        int refreshes) {
    /** Which patches. */
    public enum Selection {
        ALL,
        /** Those hidden from the student. */
        MASKED,
        UNMASKED
    }

    public GramAnchor {
        if (perImage && tokens != Selection.ALL) {
            throw new IllegalArgumentException(
                    "images hide different numbers of patches, so masked or unmasked ones are"
                            + " compared over the whole batch: perImage false");
        }
        if (begin < -1 || firstRefresh < 0 || refreshEvery < 0 || refreshes < 0) {
            throw new IllegalArgumentException("iterations of the Gram anchor are not negative: begin " + begin
                    + ", first refresh " + firstRefresh + ", every " + refreshEvery + ", at most " + refreshes);
        }
    }

    /** Whether the moving teacher becomes the anchor after an iteration. */
    boolean refreshesAfter(long iteration, int done) {
        long next = iteration + 1;
        return refreshEvery > 0 && next >= firstRefresh && next % refreshEvery == 0 && done < refreshes;
    }
}
