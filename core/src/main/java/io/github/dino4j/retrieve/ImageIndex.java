package io.github.dino4j.retrieve;

import io.github.dino4j.classify.FeatureRows;
import io.github.dino4j.retrieve.Query.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Vectors of images on disk, found by cosine: along a graph (HNSW, arXiv:1603.09320, of Apache Lucene), or exactly. The folder
 * keeps with them which model, pooling and preparation they come from, and refuses queries of another.
 *
 * <p>Safe after a crash: the index opens with the last {@link IndexUpdate#commit}, never with half of a later one. Any number
 * of threads and processes may search while one updates; a search sees the commits before it began.
 *
 * <pre>{@code
 * try (ImageIndex index = ImageIndex.create(folder, Spaces.whole(reader.space()), IndexOptions.DEFAULT);
 *         IndexUpdate update = index.update()) {
 *     update.put(IndexedImage.of("cat.jpg", reader.read(cat)));
 *     update.commit();
 *     index.search(Query.of(reader.space(), reader.read(photo), 10)).forEach(System.out::println);
 * }
 * }</pre>
 */
public final class ImageIndex implements AutoCloseable {
    private final Path folder;
    private final Directory directory;
    private final SearcherManager searchers;
    private final IndexHeader header;
    private final Map<Target, Reduction> reductions;

    private ImageIndex(
            Path folder,
            Directory directory,
            SearcherManager searchers,
            IndexHeader header,
            Map<Target, Reduction> reductions) {
        this.folder = folder;
        this.directory = directory;
        this.searchers = searchers;
        this.header = header;
        this.reductions = reductions;
    }

    /** Whether a folder holds an index of any kind. */
    public static boolean exists(Path folder) {
        return IndexFolder.exists(folder);
    }

    /**
     * Makes an empty index that keeps vectors as they come.
     *
     * @throws RetrievalException if the folder is not empty
     * @throws IllegalArgumentException if vectors are too wide to be kept without a reduction
     */
    public static ImageIndex create(Path folder, Spaces spaces, IndexOptions options) {
        if (options.reduced().isPresent()) {
            throw new IllegalArgumentException("reducing vectors to "
                    + options.reduced().getAsInt() + " values is learned from some of them:" + " give a sample");
        }
        IndexFolder.create(folder, spaces, options, Map.of());
        return open(folder);
    }

    /**
     * Makes an empty index that reduces vectors to their principal components.
     *
     * @param whole some vectors of whole images, from which the axes are learned, at least as many as components
     * @param parts the same of parts, if the index has them
     */
    public static ImageIndex create(
            Path folder, Spaces spaces, IndexOptions options, FeatureRows whole, Optional<FeatureRows> parts) {
        int dim = options.reduced().orElseThrow(() -> new IllegalArgumentException("a sample is for a reduction"));
        if (parts.isPresent() != spaces.parts().isPresent()) {
            throw new IllegalArgumentException("a sample of parts is wanted exactly where the index has parts");
        }
        Map<Target, Reduction> reductions = new LinkedHashMap<>();
        reductions.put(Target.WHOLE, Reduction.fit(whole, dim));
        parts.ifPresent(rows -> reductions.put(Target.PARTS, Reduction.fit(rows, dim)));
        IndexFolder.create(folder, spaces, options, reductions);
        return open(folder);
    }

    /**
     * Opens an index for searching and updating.
     *
     * @throws RetrievalException if there is none, or it is damaged
     */
    public static ImageIndex open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new RetrievalException(
                    folder + ": there is no index; build one with 'dino4j index PHOTOS -m MODEL -o " + folder + "'.");
        }
        Directory directory = null;
        try {
            directory = FSDirectory.open(folder);
            DirectoryReader reader = DirectoryReader.open(directory);
            SearcherManager searchers;
            IndexHeader header;
            try {
                header = IndexHeader.of(reader.getIndexCommit().getUserData(), folder.toString());
                searchers = new SearcherManager(reader, null);
            } catch (IOException | RuntimeException e) {
                reader.close();
                throw e;
            }
            Map<Target, Reduction> reductions = new LinkedHashMap<>();
            ImageIndex index = new ImageIndex(folder, directory, searchers, header, reductions);
            if (header.options().reduced().isPresent()) {
                for (Target target : Target.values()) {
                    if (index.space(target).isPresent()) {
                        reductions.put(target, index.axes(field(target)));
                    }
                }
            }
            return index;
        } catch (IOException | RuntimeException e) {
            closeQuietly(directory, e);
            throw e instanceof IOException io ? IndexFolder.unreadable(folder, io) : (RuntimeException) e;
        }
    }

    private static void closeQuietly(@Nullable Directory directory, Exception reason) {
        try {
            if (directory != null) {
                directory.close();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    private Reduction axes(String field) {
        return asking(searcher -> {
            TopDocs found = searcher.search(new TermQuery(IndexedDocument.axesTerm(field)), 1);
            if (found.scoreDocs.length == 0) {
                throw new CorruptIndexException("the principal axes of " + field + " are missing", folder.toString());
            }
            return IndexedDocument.reduction(searcher.storedFields().document(found.scoreDocs[0].doc))
                    .orElseThrow(() -> new CorruptIndexException("no axes in their document", folder.toString()));
        });
    }

    static String field(Target target) {
        return target == Target.WHOLE ? IndexedDocument.WHOLE : IndexedDocument.PART;
    }

    public Path folder() {
        return folder;
    }

    public Spaces spaces() {
        return header.spaces();
    }

    public IndexOptions options() {
        return header.options();
    }

    /**
     * Refuses vectors that do not belong here, before any is computed.
     *
     * @throws RetrievalException naming both
     */
    public void requireSpaces(Spaces other) {
        spaces().whole().requireSame(other.whole(), folder.toString());
        if (spaces().parts().isPresent() != other.parts().isPresent()) {
            throw new RetrievalException(folder + ": the index has "
                    + (spaces().parts().isPresent() ? "" : "no ")
                    + "vectors of parts, asked for were "
                    + (other.parts().isPresent() ? "some" : "none") + "; ask as it was built, or build another.");
        }
        if (other.parts().isPresent()) {
            spaces().parts().orElseThrow().requireSame(other.parts().get(), folder.toString());
        }
    }

    Optional<FeatureSpace> space(Target target) {
        return target == Target.WHOLE ? Optional.of(spaces().whole()) : spaces().parts();
    }

    /** Number of images. */
    public int size() {
        return asking(searcher -> blocks(searcher, Target.WHOLE).size());
    }

    /** Number of parts. */
    public int parts() {
        return asking(searcher ->
                spaces().parts().isEmpty() ? 0 : blocks(searcher, Target.PARTS).size());
    }

    VectorBlocks blocks(IndexSearcher searcher, Target target) {
        int dim = space(target)
                .orElseThrow(() -> new RetrievalException(
                        folder + ": the index has no vectors of parts; build it with them ('dino4j index --parts N')."))
                .dim();
        return new VectorBlocks(
                searcher.getIndexReader(), field(target), options().reduced().orElse(dim));
    }

    /** Attributes of every image, by name, in the order in which they were put. */
    public Map<String, Map<String, String>> images() {
        return asking(searcher -> {
            Map<String, Map<String, String>> images = new LinkedHashMap<>();
            var stored = searcher.storedFields();
            blocks(searcher, Target.WHOLE).read(0, (first, documents, values) -> {
                for (int document : documents) {
                    var found = stored.document(document, IndexedDocument.STORED);
                    images.put(IndexedDocument.id(found), IndexedDocument.attributes(found));
                }
            });
            return images;
        });
    }

    /**
     * Begins to change the index.
     *
     * @throws RetrievalException if it is being changed already, here or by another process
     */
    public IndexUpdate update() {
        return new IndexUpdate(folder, directory, options(), this::prepared, this::refresh);
    }

    private void refresh() {
        try {
            searchers.maybeRefreshBlocking();
        } catch (IOException e) {
            throw IndexFolder.unreadable(folder, e);
        }
    }

    private IndexedImage prepared(IndexedImage image) {
        if (!image.parts().isEmpty() && spaces().parts().isEmpty()) {
            throw new IllegalArgumentException(
                    image.id() + ": has vectors of parts, the index in " + folder + " keeps none");
        }
        List<IndexedImage.Part> parts = new ArrayList<>();
        for (IndexedImage.Part part : image.parts()) {
            parts.add(new IndexedImage.Part(part.place(), prepared(part.vector(), Target.PARTS, image.id())));
        }
        float[] vector = prepared(image.vector(), Target.WHOLE, image.id());
        return new IndexedImage(image.id(), vector, parts, image.attributes());
    }

    /** As the index keeps vectors: reduced, of unit length. */
    private float[] prepared(float[] vector, Target target, String what) {
        int dim = space(target).orElseThrow().dim();
        if (vector.length != dim) {
            throw new IllegalArgumentException(what + ": its vector has " + vector.length + " values, the index in "
                    + folder + " keeps " + space(target).orElseThrow().describe());
        }
        Reduction reduction = reductions.get(target);
        float[] unit = Vectors.unit(vector, what);
        return reduction == null ? unit : Vectors.unit(reduction.apply(unit), what);
    }

    /**
     * The images nearest to a query, the nearest first; fewer than asked for if there are no more.
     *
     * @throws RetrievalException if the query is from another space, the index is empty, or has no parts to search
     * @throws IllegalArgumentException if the vector is NaN, infinite or 0
     */
    public List<Hit> search(Query query) {
        return searchAll(List.of(query)).get(0);
    }

    /** The same for several at once; exact ones of equal target and k go through the index together. */
    public List<List<Hit>> searchAll(List<Query> queries) {
        List<float[]> vectors = new ArrayList<>();
        for (Query query : queries) {
            FeatureSpace space = space(query.target())
                    .orElseThrow(() -> new RetrievalException(folder
                            + ": the index has no vectors of parts; build it with them ('dino4j index --parts N')."));
            space.requireSame(query.space(), folder.toString());
            vectors.add(prepared(query.vector(), query.target(), "the query"));
        }
        List<List<Hit>> hits = asking(searcher -> new IndexSearch(this, searcher).run(queries, vectors));
        if (hits.stream().allMatch(List::isEmpty) && !queries.isEmpty()) {
            throw new RetrievalException(
                    folder + ": the index is empty. Add images with 'dino4j index PHOTOS -m MODEL -o " + folder + "'.");
        }
        return hits;
    }

    /**
     * Reads every byte and compares checksums.
     *
     * @throws RetrievalException if the index is damaged
     */
    public void verify() {
        asking(searcher -> {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                leaf.reader().checkIntegrity();
            }
            return true;
        });
    }

    /** Work on one state of the index. */
    interface Asking<T> {
        T of(IndexSearcher searcher) throws IOException;
    }

    <T> T asking(Asking<T> work) {
        try {
            IndexSearcher searcher = searchers.acquire();
            try {
                return work.of(searcher);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException e) {
            throw IndexFolder.unreadable(folder, e);
        }
    }

    /** Ends searching; an update that is open must be closed first. */
    @Override
    public void close() {
        try {
            searchers.close();
            directory.close();
        } catch (IOException e) {
            throw IndexFolder.unreadable(folder, e);
        }
    }

    @Override
    public String toString() {
        return "image index " + folder + ", " + spaces().whole().describe();
    }
}
