package io.github.dino4j.tensor;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * Activations as uint8: value = scale (q - zero point), by the smallest and largest value of the matrix at hand. A
 * matrix is a tile of one image's tokens, so neither the batch nor the other images have a say. Belongs to one thread.
 */
final class Quantizer {
    private static final long[] ALL = {0, 1};

    private final Onednn onednn;
    private final FloatPointer scale = Onednn.held(new FloatPointer(1));
    private final FloatPointer inverse = Onednn.held(new FloatPointer(1));
    private final IntPointer zeroPoint = Onednn.held(new IntPointer(1));

    Quantizer(Onednn onednn) {
        this.onednn = onednn;
        scale.put(1);
        zeroPoint.put(0);
    }

    /** Quantizes x [rows, columns]; {@link #scale} and {@link #zeroPoint} are of this matrix until the next call. */
    Tensor quantize(Tensor x) {
        float low = Math.min(0, x.handle().amin(ALL, false).item_float());
        float high = Math.max(0, x.handle().amax(ALL, false).item_float());
        float step = Math.max((high - low) / 255, Float.MIN_NORMAL);
        scale.put(step);
        inverse.put(1 / step);
        zeroPoint.put(Math.round(-low / step));

        long rows = x.size(0);
        long columns = x.size(1);
        Tensor q = Tensor.empty(DType.U8, Device.CPU, rows, columns);
        Shape shape = new Shape(x.dtype(), rows, columns);
        onednn.kernel(shape, () -> shape.kernel(onednn))
                .at(dnnl.DNNL_ARG_SRC, x.address())
                .at(dnnl.DNNL_ARG_DST, q.address())
                .at(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC, inverse.address())
                .at(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_DST, zeroPoint.address())
                .run("quantize", 0);
        return q;
    }

    float step() {
        return scale.get();
    }

    int zero() {
        return zeroPoint.get();
    }

    /** Address of the scale. */
    long scale() {
        return scale.address();
    }

    /** Address of the zero point. */
    long zeroPoint() {
        return zeroPoint.address();
    }

    private record Shape(DType input, long rows, long columns) {
        Kernel kernel(Onednn onednn) {
            primitive_attr attributes = new primitive_attr();
            attributes.set_scales_mask(dnnl.DNNL_ARG_SRC, 0);
            attributes.set_zero_points_mask(dnnl.DNNL_ARG_DST, 0);
            var from = Onednn.matrix(input, rows, columns);
            var to = Onednn.matrix(DType.U8, rows, columns);
            reorder.primitive_desc description =
                    new reorder.primitive_desc(onednn.cpu, from, onednn.cpu, to, attributes, false);
            return new Kernel(onednn, new reorder(description))
                    .with(dnnl.DNNL_ARG_SRC, from)
                    .with(dnnl.DNNL_ARG_DST, to)
                    .with(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_SRC, Onednn.vector(DType.F32, 1))
                    .with(dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_DST, Onednn.vector(DType.I32, 1));
        }
    }
}
