package io.github.dino4j.retrieve;

import io.github.dino4j.retrieve.Query.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Groups of images that are nearly the same: pairs of a cosine of at least a threshold are linked, and what hangs together is a
 * group. So two images of a group need not be near themselves, if others lead from one to the other.
 *
 * <p>All pairs are compared, in blocks: exact, in time that grows with the square of the number of images, in memory for two
 * blocks and one number an image.
 */
public final class NearDuplicates {
    private NearDuplicates() {}

    /**
     * An image of a group.
     *
     * @param similarity cosine to its nearest in the group
     */
    public record Member(String id, double similarity) {}

    /** Images of a group, by name. */
    public record Group(List<Member> members) {
        public Group {
            members = List.copyOf(members);
        }
    }

    /**
     * Finds the groups of two and more, the largest first.
     *
     * @param threshold the cosine from which on two images are linked, above 0 and at most 1
     * @param progress told how many images have been compared with all others, after each block
     * @throws RetrievalException if the index is empty
     */
    public static List<Group> groups(ImageIndex index, double threshold, IntConsumer progress) {
        if (!(threshold > 0 && threshold <= 1)) {
            throw new IllegalArgumentException(
                    "near duplicates have a cosine above 0 and at most 1, found " + threshold);
        }
        return index.asking(searcher -> {
            VectorBlocks blocks = index.blocks(searcher, Target.WHOLE);
            int images = blocks.size();
            if (images == 0) {
                throw new RetrievalException(index.folder() + ": the index is empty. Add images with 'dino4j index'.");
            }
            Links links = new Links(images, (float) (threshold - 1e-6)); // copies of one file reach 1 but for rounding
            int[] documents = new int[images];
            int[] done = {0};
            blocks.read(0, (first, of, values) -> {
                System.arraycopy(of, 0, documents, first, of.length);
                int dim = values.length / of.length;
                blocks.read(first, (from, others, theirs) -> {
                    float[] cosines = ExactSearch.product(values, of.length, theirs, others.length, dim);
                    for (int i = 0; i < cosines.length; i++) {
                        links.offer(first + i / others.length, from + i % others.length, cosines[i]);
                    }
                });
                done[0] += of.length;
                progress.accept(done[0]);
            });
            var stored = searcher.storedFields();
            Map<Integer, List<Member>> groups = new LinkedHashMap<>();
            for (int image = 0; image < images; image++) {
                if (links.isLinked(image)) {
                    String id = IndexedDocument.id(stored.document(documents[image], IndexedDocument.STORED));
                    groups.computeIfAbsent(links.root(image), root -> new ArrayList<>())
                            .add(new Member(id, Math.min(1, links.nearest(image))));
                }
            }
            return groups.values().stream()
                    .map(members -> new Group(members.stream()
                            .sorted(Comparator.comparing(Member::id))
                            .toList()))
                    .sorted(Comparator.comparingInt(
                                    (Group group) -> -group.members().size())
                            .thenComparing(group -> group.members().get(0).id()))
                    .toList();
        });
    }

    /** Union-find over images. */
    private static final class Links {
        private final int[] parents;
        private final float[] nearest;
        private final float threshold;

        Links(int images, float threshold) {
            this.threshold = threshold;
            parents = new int[images];
            nearest = new float[images];
            Arrays.setAll(parents, i -> i);
            Arrays.fill(nearest, -1);
        }

        void offer(int a, int b, float cosine) {
            if (a < b && cosine >= threshold) {
                nearest[a] = Math.max(nearest[a], cosine);
                nearest[b] = Math.max(nearest[b], cosine);
                int from = root(a);
                int to = root(b);
                parents[Math.max(from, to)] = Math.min(from, to);
            }
        }

        int root(int image) {
            int at = image;
            while (parents[at] != at) {
                parents[at] = parents[parents[at]];
                at = parents[at];
            }
            return at;
        }

        boolean isLinked(int image) {
            return nearest[image] >= threshold;
        }

        double nearest(int image) {
            return nearest[image];
        }
    }
}
