package io.github.dino4j.retrieve;

import io.github.dino4j.retrieve.Query.Method;
import io.github.dino4j.retrieve.Query.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;

/**
 * Searches of one state of an index. Candidates of the graph are compared once more by their float32 vectors, so that the
 * order of what was found, and every similarity told, is exact whatever the storage.
 */
final class IndexSearch {
    private static final Comparator<Hit> NEAREST_FIRST =
            Comparator.comparingDouble((Hit hit) -> -hit.similarity()).thenComparing(Hit::id);

    private final ImageIndex index;
    private final IndexSearcher searcher;
    private final StoredFields stored;

    IndexSearch(ImageIndex index, IndexSearcher searcher) throws IOException {
        this.index = index;
        this.searcher = searcher;
        this.stored = searcher.storedFields();
    }

    /** @param vectors of the queries, as the index keeps them */
    List<List<Hit>> run(List<Query> queries, List<float[]> vectors) throws IOException {
        List<List<Hit>> hits = new ArrayList<>();
        for (int i = 0; i < queries.size(); ) {
            Query query = queries.get(i);
            int end = i + 1;
            if (query.method() == Method.EXACT) {
                while (end < queries.size() && together(query, queries.get(end))) {
                    end++;
                }
                hits.addAll(exact(query, vectors.subList(i, end)));
            } else {
                hits.add(graph(query, vectors.get(i)));
            }
            i = end;
        }
        return hits;
    }

    private static boolean together(Query a, Query b) {
        return b.method() == Method.EXACT && a.target() == b.target() && a.k() == b.k();
    }

    private List<Hit> graph(Query query, float[] vector) throws IOException {
        String field = ImageIndex.field(query.target());
        int all = Math.max(1, searcher.getIndexReader().numDocs());
        int candidates = Math.min(all, Math.max(query.k(), query.candidates()));
        List<Hit> hits = List.of();
        while (true) {
            ScoreDoc[] found =
                    searcher.search(new KnnFloatVectorQuery(field, vector, candidates), candidates).scoreDocs;
            List<Found> exact = new ArrayList<>();
            for (ScoreDoc one : found) {
                exact.add(new Found(one.doc, Vectors.dot(vector, vector(field, one.doc))));
            }
            hits = hits(query, exact);
            // Parts of one image may crowd out the others: look further until there are enough images.
            if (hits.size() >= query.k() || found.length < candidates || candidates >= all) {
                return hits;
            }
            candidates = (int) Math.min(all, 4L * candidates);
        }
    }

    private float[] vector(String field, int document) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
        FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
        vectors.advance(document - leaf.docBase);
        return vectors.vectorValue();
    }

    private List<List<Hit>> exact(Query query, List<float[]> vectors) throws IOException {
        Best[] nearest = ExactSearch.search(
                index.blocks(searcher, query.target()), vectors.toArray(new float[0][]), query.k(), query.target());
        List<List<Hit>> hits = new ArrayList<>();
        for (Best best : nearest) {
            List<Found> found = new ArrayList<>();
            for (int rank = 0; rank < best.size(); rank++) {
                found.add(new Found(best.index(rank), best.similarity(rank)));
            }
            hits.add(hits(query, found));
        }
        return hits;
    }

    private record Found(int document, float similarity) {}

    /** The best place of each image, the nearest images first. */
    private List<Hit> hits(Query query, List<Found> found) throws IOException {
        Map<String, Hit> best = new LinkedHashMap<>();
        for (Found one : found) {
            Document document = stored.document(one.document(), IndexedDocument.STORED);
            Hit hit = new Hit(
                    IndexedDocument.id(document),
                    one.similarity(),
                    IndexedDocument.place(document),
                    query.target() == Target.WHOLE ? IndexedDocument.attributes(document) : Map.of());
            best.merge(hit.id(), hit, (a, b) -> b.similarity() > a.similarity() ? b : a);
        }
        List<Hit> hits = new ArrayList<>();
        for (Hit hit :
                best.values().stream().sorted(NEAREST_FIRST).limit(query.k()).toList()) {
            hits.add(query.target() == Target.WHOLE ? hit : withAttributes(hit));
        }
        return hits;
    }

    /** Attributes stand with the whole image, the first of the documents of its name; of equal scores Lucene tells that first. */
    private Hit withAttributes(Hit hit) throws IOException {
        ScoreDoc[] whole = searcher.search(new TermQuery(IndexedDocument.term(hit.id())), 1).scoreDocs;
        return new Hit(
                hit.id(),
                hit.similarity(),
                hit.place(),
                IndexedDocument.attributes(stored.document(whole[0].doc, IndexedDocument.STORED)));
    }
}
