package io.github.dino4j.retrieve;

import io.github.dino4j.image.Pixels;
import io.github.dino4j.image.Transform;
import io.github.dino4j.text.TextEncoder;
import java.util.List;
import java.util.Map;

/**
 * Photos as vectors that texts can be compared with: dino.txt's (arXiv:2412.16334). The encoder stays the caller's.
 *
 * @param encoder of photos and texts
 */
public record TextDescriber(TextEncoder encoder) implements PhotoDescriber {
    /** The space of photos and texts. */
    public FeatureSpace space() {
        return FeatureSpace.named(encoder.space(), encoder.dim());
    }

    /**
     * A query in words. What is longer than the context is cut at its end, see {@link TextEncoder#fits}.
     *
     * @param k photos that are told
     */
    public Query ask(String text, int k) {
        return Query.of(space(), encoder.encode(text)[0], k);
    }

    @Override
    public Spaces spaces() {
        return Spaces.whole(new FeatureSpace(
                encoder.space(),
                encoder.dim(),
                Map.of(FeatureSpace.TRANSFORM, transform().describe())));
    }

    @Override
    public Transform transform() {
        return encoder.transform();
    }

    @Override
    public List<DescriptorReader.Described> readPrepared(List<Pixels> pixels) {
        return pixels.stream()
                .map(one -> new DescriptorReader.Described(encoder.encode(one), List.of()))
                .toList();
    }
}
