package io.github.dino4j.retrieve;

import io.github.dino4j.export.Reason;
import io.github.dino4j.retrieve.Query.Target;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** The folder of an index: whether one is there, how one is made, what is wrong with one. */
final class IndexFolder {
    private IndexFolder() {}

    /** Whether a folder holds an index of any kind. */
    static boolean exists(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                return false;
            }
            try (Directory directory = FSDirectory.open(folder)) {
                return DirectoryReader.indexExists(directory);
            }
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    /**
     * Makes an empty index.
     *
     * @param reductions of the targets; none where vectors are kept as they come
     */
    static void create(Path folder, Spaces spaces, IndexOptions options, Map<Target, Reduction> reductions) {
        for (FeatureSpace space : spaces.parts().isPresent()
                ? List.of(spaces.whole(), spaces.parts().get())
                : List.of(spaces.whole())) {
            int kept = options.reduced().orElse(space.dim());
            if (kept > VectorCodec.MOST_DIMENSIONS) {
                throw new IllegalArgumentException(
                        "an index keeps vectors of up to " + VectorCodec.MOST_DIMENSIONS + " values, those of "
                                + space.name() + " have " + kept + "; reduce them (IndexOptions.withReduced)");
            }
        }
        try {
            Files.createDirectories(folder);
            try (Directory directory = FSDirectory.open(folder)) {
                requireFree(folder, directory);
                try (IndexWriter writer = new IndexWriter(directory, IndexUpdate.config(options))) {
                    for (Map.Entry<Target, Reduction> entry : reductions.entrySet()) {
                        writer.addDocument(IndexedDocument.axes(ImageIndex.field(entry.getKey()), entry.getValue()));
                    }
                    writer.setLiveCommitData(
                            new IndexHeader(spaces, options).toTexts().entrySet());
                    writer.commit();
                }
            }
        } catch (IOException e) {
            throw new RetrievalException(folder + ": no index can be made there: " + Reason.of(e), e);
        }
    }

    /** What a creation that was killed has left may be there: Lucene's files without a commit. */
    private static void requireFree(Path folder, Directory directory) throws IOException {
        if (DirectoryReader.indexExists(directory)) {
            throw new RetrievalException(
                    folder + ": there is an index already. Open it, or delete the folder to begin anew.");
        }
        for (String file : directory.listAll()) {
            if (!file.equals(IndexWriter.WRITE_LOCK_NAME) && !file.matches("_.*|pending_segments_.*")) {
                throw new RetrievalException(
                        folder + ": is not empty, it holds '" + file + "'. Name a folder of its own for the index.");
            }
        }
    }

    /** Lucene's errors in words. */
    static RetrievalException unreadable(Path folder, IOException e) {
        if (e instanceof IndexNotFoundException) {
            return new RetrievalException(
                    folder + ": holds no index; build one with 'dino4j index PHOTOS -m MODEL -o " + folder + "'.", e);
        }
        if (e instanceof CorruptIndexException
                || e instanceof IndexFormatTooOldException
                || e instanceof IndexFormatTooNewException
                || e instanceof EOFException
                || e instanceof NoSuchFileException) {
            return new RetrievalException(
                    folder + ": the index is damaged or of another version (" + e.getMessage()
                            + "). Delete the folder and build it again with 'dino4j index'.",
                    e);
        }
        return new RetrievalException(folder + ": the index cannot be read: " + Reason.of(e), e);
    }
}
