package io.github.dino4j.retrieve;

import io.github.dino4j.export.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * Changes of an index. What {@link #commit} has returned for is on the disk and survives a crash, a killed process and a lost
 * power supply; what came after it is dropped as a whole. One update at a time, among all processes; any thread may put.
 *
 * <pre>{@code
 * try (IndexUpdate update = index.update()) {
 *     update.put(IndexedImage.of("cat.jpg", vector));
 *     update.delete("dog.jpg");
 *     update.commit();
 * }
 * }</pre>
 */
public final class IndexUpdate implements AutoCloseable {
    private static final double BUFFER_MB = 64; // of vectors before they become a segment

    private final Path folder;
    private final IndexWriter writer;
    private final ConcurrentMergeScheduler merges;
    private final Function<IndexedImage, IndexedImage> preparation;
    private final Runnable committed;
    private volatile boolean changed;

    /**
     * Locks the index.
     *
     * @param preparation of an image's vectors to what is kept
     * @param committed told after each commit
     */
    IndexUpdate(
            Path folder,
            Directory directory,
            IndexOptions options,
            Function<IndexedImage, IndexedImage> preparation,
            Runnable committed) {
        this.folder = folder;
        this.preparation = preparation;
        this.committed = committed;
        merges = new ConcurrentMergeScheduler();
        try {
            writer = new IndexWriter(directory, config(options).setMergeScheduler(merges));
        } catch (LockObtainFailedException e) {
            throw new RetrievalException(
                    folder + ": the index is being written by another process or another update. Wait until it has"
                            + " ended; the lock of a killed process goes by itself.",
                    e);
        } catch (IOException e) {
            throw IndexFolder.unreadable(folder, e);
        }
    }

    static IndexWriterConfig config(IndexOptions options) {
        return new IndexWriterConfig(null)
                .setCodec(new VectorCodec(options))
                .setRAMBufferSizeMB(BUFFER_MB)
                .setCommitOnClose(false);
    }

    /**
     * Adds an image, or replaces the one of its name, whole and parts at once.
     *
     * @throws IllegalArgumentException if a vector is NaN, infinite, 0 or of another width, or parts do not fit the index;
     *     nothing is changed then
     */
    public void put(IndexedImage image) {
        IndexedImage kept = preparation.apply(image);
        write(() -> writer.updateDocuments(IndexedDocument.term(kept.id()), IndexedDocument.of(kept)));
    }

    /** Deletes an image; harmless where there is none of this name. */
    public void delete(String id) {
        write(() -> writer.deleteDocuments(IndexedDocument.term(id)));
    }

    /** Brings all changes to the disk; searches that begin afterwards see them. */
    public synchronized void commit() {
        write(writer::commit);
        changed = false;
        committed.run();
    }

    /**
     * Commits, and makes one graph of all: searches take the least time, deleted images no room. Takes about as long as
     * building the index.
     */
    public synchronized void compact() {
        write(() -> writer.forceMerge(1));
        commit();
    }

    private interface Action {
        void run() throws IOException;
    }

    private void write(Action change) {
        changed = true;
        try {
            change.run();
        } catch (IOException e) {
            throw new RetrievalException(
                    folder + ": the index cannot be written: " + Reason.of(e)
                            + ". What was committed is kept; free some space and run again.",
                    e);
        }
    }

    /** Drops what was not committed, and unlocks the index. Merges that are under way are waited for and kept. */
    @Override
    public synchronized void close() {
        try {
            if (!changed && writer.isOpen()) {
                merges.sync();
                writer.commit();
            }
            writer.rollback();
        } catch (IOException e) {
            throw new RetrievalException(folder + ": the index cannot be closed: " + Reason.of(e), e);
        } finally {
            committed.run();
        }
    }
}
