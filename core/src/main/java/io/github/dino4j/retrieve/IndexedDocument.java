package io.github.dino4j.retrieve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dino4j.image.Box;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * Images as Lucene's documents: one for the whole with {@link #WHOLE} and its attributes, one for each part with {@link
 * #PART} and its place. All carry the image's name, so that one term replaces or deletes all of them.
 */
final class IndexedDocument {
    static final String ID = "id";
    static final String WHOLE = "whole";
    static final String PART = "part";
    static final Set<String> STORED = Set.of(ID, "attributes", "place");
    private static final String ATTRIBUTES = "attributes";
    private static final String PLACE = "place";
    private static final String AXES = "axes of ";
    private static final ObjectMapper JSON = new ObjectMapper();

    private IndexedDocument() {}

    static Term term(String id) {
        return new Term(ID, id);
    }

    /** @param image with vectors of unit length, as they are kept */
    static List<Document> of(IndexedImage image) {
        List<Document> documents = new ArrayList<>();
        Document whole = document(image.id(), WHOLE, image.vector());
        whole.add(
                new StoredField(ATTRIBUTES, JSON.valueToTree(image.attributes()).toString()));
        documents.add(whole);
        for (IndexedImage.Part part : image.parts()) {
            Document document = document(image.id(), PART, part.vector());
            Box box = part.place();
            document.add(new StoredField(PLACE, box.x0() + " " + box.y0() + " " + box.x1() + " " + box.y1()));
            documents.add(document);
        }
        return documents;
    }

    private static Document document(String id, String field, float[] vector) {
        Document document = new Document();
        document.add(new StringField(ID, id, Field.Store.YES));
        document.add(new KnnFloatVectorField(field, vector, VectorSimilarityFunction.DOT_PRODUCT));
        return document;
    }

    /** The axes of a field's {@link Reduction}; without a name, so that nothing deletes them. */
    static Document axes(String field, Reduction reduction) {
        Document document = new Document();
        document.add(new StringField(AXES, field, Field.Store.NO));
        document.add(new StoredField(AXES, reduction.toBytes()));
        return document;
    }

    static Term axesTerm(String field) {
        return new Term(AXES, field);
    }

    static Optional<Reduction> reduction(Document document) {
        return Optional.ofNullable(document.getBinaryValue(AXES)).map(bytes -> {
            byte[] values = new byte[bytes.length];
            System.arraycopy(bytes.bytes, bytes.offset, values, 0, bytes.length);
            return Reduction.of(values);
        });
    }

    static String id(Document document) {
        return String.valueOf(document.get(ID));
    }

    static Map<String, String> attributes(Document document) throws JsonProcessingException {
        String json = document.get(ATTRIBUTES);
        return json == null ? Map.of() : IndexHeader.texts(JSON.readTree(json));
    }

    static Optional<Box> place(Document document) {
        String text = document.get(PLACE);
        if (text == null) {
            return Optional.empty();
        }
        String[] edges = text.split(" ");
        return Optional.of(new Box(
                Double.parseDouble(edges[0]),
                Double.parseDouble(edges[1]),
                Double.parseDouble(edges[2]),
                Double.parseDouble(edges[3])));
    }
}
