package io.github.dino4j.text;

import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.testkit.GoldenCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** CLIP's tokenizer: numbers of texts, for two lengths of the context. */
public final class TokenizerComponent implements GoldenComponent {
    private static final int SHORT = 16;

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov3/eval/text/tokenizer.py");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        Path merges =
                golden.file().resolveSibling(golden.config().path("vocab_file").asText());
        Tokenizer tokenizer = Tokenizer.read(merges);
        int vocabulary = golden.json().path("vocab_size").asInt();
        if (tokenizer.vocabulary() != vocabulary) {
            throw new AssertionError(tokenizer.vocabulary() + " numbers, expected " + vocabulary);
        }
        List<String> texts = new ArrayList<>();
        golden.json().path("texts").forEach(text -> texts.add(text.asText()));
        int context = golden.config().path("context_length").asInt();
        expect(check, "ids", tokenizer.tokenize(texts, context));
        if (check.has("ids_ctx" + SHORT)) {
            expect(check, "ids_ctx" + SHORT, tokenizer.tokenize(texts, SHORT));
        }
    }

    private static void expect(Check check, String name, long[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < values.length; i++) {
            values[i] = rows[i / rows[0].length][i % rows[0].length];
        }
        check.expect(name, new long[] {rows.length, rows[0].length}, values);
    }
}
