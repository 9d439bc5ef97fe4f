package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KernelTest {
    private final Scope scope = Scope.tiled();
    private final Onednn onednn = Onednn.ofThread();

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void aPrimitiveThatRefusesToRunNamesOperationAndShapes() {
        memory.desc layout = Onednn.matrix(DType.F32, 2, 3);
        reorder copy = new reorder(new reorder.primitive_desc(onednn.cpu, layout, onednn.cpu, layout));

        try (Kernel withoutTarget = new Kernel(onednn, copy).with(dnnl.DNNL_ARG_SRC, layout)) {
            Tensor source = Tensor.zeros(2, 3);
            assertThatThrownBy(() -> withoutTarget
                            .at(dnnl.DNNL_ARG_SRC, source.address())
                            .run("copying", 0))
                    .isInstanceOf(TensorException.class)
                    .hasMessageStartingWith("copying of [2, 3]: ")
                    .hasMessageContaining("could not execute");
        }
    }

    private record Product(long rows, long inner, long columns) {}

    @Test
    void aPrimitiveThatCannotBeMadeNamesOperationAndShapes() {
        memory.desc left = Onednn.matrix(DType.F32, 2, 3);
        memory.desc right = Onednn.matrix(DType.F32, 4, 5);

        assertThatThrownBy(() -> onednn.kernel(
                        new Product(2, 3, 5),
                        () -> new Kernel(
                                onednn,
                                new matmul(new matmul.primitive_desc(
                                        onednn.cpu,
                                        left,
                                        right,
                                        Onednn.matrix(DType.F32, 2, 5),
                                        new primitive_attr(),
                                        false)))))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("Product[rows=2, inner=3, columns=5]")
                .hasMessageContaining("could not create");
    }
}
