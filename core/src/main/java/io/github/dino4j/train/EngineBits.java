package io.github.dino4j.train;

import io.github.dino4j.tensor.DType;
import io.github.dino4j.tensor.Device;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;

/** A seed out of the engine's generator, for what Java draws at random inside {@link TrainingTask#learn}. */
final class EngineBits {
    private EngineBits() {}

    /** 64 random bits: the engine's dropout, by one half, of 64 ones. */
    static long draw() {
        float[] kept;
        try (Scope scope = Scope.inference()) {
            kept = Tensor.full(1, DType.F32, Device.CPU, Long.SIZE).dropout(0.5).toFloats();
        }
        long bits = 0;
        for (float one : kept) {
            bits = bits << 1 | (one > 0 ? 1 : 0);
        }
        return bits;
    }
}
