package io.github.dino4j.onnx;

import io.github.dino4j.predict.LoadOptions;

/**
 * How a model is written.
 *
 * @param size of the images
 * @param precision of the linear layers
 * @param operators which operators the file may use
 * @param foldLayerScale whether LayerScale becomes part of the matrices before it, which saves an operation
 * @param inlineLimit bytes of weights beyond which they go into a second file, {@code NAME.data}; at most
 *     {@link #INLINE_LIMIT}
 * @param check whether the file must pass {@link OnnxCheck} before it is published. Without it a mistake would show
 *     only at its users.
 * @param loading how the checkpoint is read
 */
public record OnnxOptions(
        Size size,
        Precision precision,
        Operators operators,
        boolean foldLayerScale,
        long inlineLimit,
        boolean check,
        LoadOptions loading) {
    /** A protobuf message ends at 2 GiB; this leaves room for the graph. */
    public static final long INLINE_LIMIT = 2_000_000_000;

    /** float32 at 224 x 224 pixels, checked. */
    public static final OnnxOptions DEFAULT = new OnnxOptions(
            new Size.Fixed(224, 224),
            Precision.FLOAT32,
            Operators.ONNX_RUNTIME,
            true,
            INLINE_LIMIT,
            true,
            LoadOptions.DEFAULT);

    /** Size of the images that a file takes. */
    public sealed interface Size {
        /** One size in pixels; positions are computed at export. */
        record Fixed(int height, int width) implements Size {}

        /** Any size; positions are computed in the graph, at each run. */
        record Dynamic() implements Size {}
    }

    /** Arithmetic of the linear layers; everything else is float32. */
    public enum Precision {
        FLOAT32,
        /**
         * Weights as int8, one scale a channel, activations rounded to uint8 at each run by their own range: what
         * onnxruntime.quantization.quantize_dynamic makes, with per_channel.
         */
        INT8_DYNAMIC
    }

    /** Operators that a file may use. */
    public enum Operators {
        /** Those of the ONNX standard: any runtime that knows opset 20 reads the file. */
        STANDARD,
        /** ONNX Runtime's own attention and rotary embedding as well: faster, and for ONNX Runtime only. */
        ONNX_RUNTIME
    }

    public OnnxOptions {
        if (inlineLimit < 0 || inlineLimit > INLINE_LIMIT) {
            throw new IllegalArgumentException(
                    "weights within the file can take 0 to " + INLINE_LIMIT + " bytes, not " + inlineLimit);
        }
    }

    public OnnxOptions withSize(int height, int width) {
        return with(new Size.Fixed(height, width));
    }

    public OnnxOptions withDynamicSize() {
        return with(new Size.Dynamic());
    }

    public OnnxOptions with(Size other) {
        return new OnnxOptions(other, precision, operators, foldLayerScale, inlineLimit, check, loading);
    }

    public OnnxOptions with(Precision other) {
        return new OnnxOptions(size, other, operators, foldLayerScale, inlineLimit, check, loading);
    }

    public OnnxOptions with(Operators other) {
        return new OnnxOptions(size, precision, other, foldLayerScale, inlineLimit, check, loading);
    }

    public OnnxOptions withFoldLayerScale(boolean fold) {
        return new OnnxOptions(size, precision, operators, fold, inlineLimit, check, loading);
    }

    public OnnxOptions withInlineLimit(long bytes) {
        return new OnnxOptions(size, precision, operators, foldLayerScale, bytes, check, loading);
    }

    public OnnxOptions withCheck(boolean wanted) {
        return new OnnxOptions(size, precision, operators, foldLayerScale, inlineLimit, wanted, loading);
    }

    public OnnxOptions with(LoadOptions other) {
        return new OnnxOptions(size, precision, operators, foldLayerScale, inlineLimit, check, other);
    }
}
