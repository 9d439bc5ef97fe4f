package io.github.dino4j.backbone;

import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/**
 * What a backbone says about B images at one depth. Bound to the scope in which it was made.
 *
 * @param cls class token [B, C]; a convolutional backbone's mean over its map
 * @param registers register ("storage") tokens [B, R, C], R may be 0
 * @param patches patch tokens [B, height * width, C], row by row
 * @param height rows of the patch grid
 * @param width columns of the patch grid
 */
public record Tokens(Tensor cls, Tensor registers, Tensor patches, int height, int width) {
    /** The patch tokens as a map [B, C, height, width]. */
    public Tensor map() {
        long channels = patches.size(2);
        return patches.transpose(1, 2).reshape(patches.size(0), channels, height, width);
    }

    /** All tokens [B, 1 + R + height * width, C]: class, registers, patches. */
    public Tensor tokens() {
        return Tensor.cat(1, cls.unsqueeze(1), registers, patches);
    }

    /** Mean of the patch tokens [B, C]; registers stay out of it. */
    public Tensor meanPatch() {
        return patches.mean(false, 1);
    }

    /** The same, moved out to {@code scope}, one of those around the scope in which they were made. */
    public Tokens in(Scope scope) {
        return new Tokens(scope.adopt(cls), scope.adopt(registers), scope.adopt(patches), height, width);
    }

    /** The same, moved to the scope around {@code scope}. */
    public Tokens keep(Scope scope) {
        return new Tokens(scope.keep(cls), scope.keep(registers), scope.keep(patches), height, width);
    }

    /** Cuts tokens [B, 1 + registers + height * width, C]. */
    static Tokens of(Tensor tokens, int registers, int height, int width) {
        long patches = (long) height * width;
        return new Tokens(
                tokens.select(1, 0),
                tokens.narrow(1, 1, registers),
                tokens.narrow(1, 1 + registers, patches),
                height,
                width);
    }
}
