package io.github.dino4j.weights;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a row of a naming table does to tensors, both ways. A list holds one place for each name of that side, empty
 * where the file has no such tensor; an empty list as the answer means that the row does not apply.
 */
interface Conversion {
    List<Optional<StoredTensor>> DOES_NOT_APPLY = List.of();

    /** From the tensors of the file to the official ones. */
    List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file);

    /** From the official tensors to those of the file. */
    List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official);

    /** Another name, the same tensor. */
    final class Rename implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return file;
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return official;
        }
    }

    /** Other names, if the first of them is there: in DINOv3, up_proj means w2 beside a gate_proj and else fc1. */
    final class RenameTogether implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return file.get(0).isPresent() ? file : DOES_NOT_APPLY;
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return read(official);
        }
    }

    /**
     * A gated FFN under the names of a plain one. Parts: first weight, first bias, second weight, second bias. It is
     * gated if the first matrix gives twice as many rows as the second takes columns.
     */
    final class PackedGate implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            boolean gated = file.get(0).isPresent()
                    && file.get(2).isPresent()
                    && file.get(0).get().shape()[0] == 2 * file.get(2).get().shape()[1];
            return gated ? file : DOES_NOT_APPLY;
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return official;
        }
    }

    /** Query, key and value joined to the rows of qkv. */
    final class JoinRows implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return file.stream().allMatch(Optional::isPresent)
                    ? List.of(Optional.of(new StoredTensor.Concat(
                            0, file.stream().map(Optional::orElseThrow).toList())))
                    : DOES_NOT_APPLY;
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return thirds(official.get(0).orElseThrow());
        }
    }

    /**
     * Biases of query, (key) and value joined to qkv.bias. A file without a key bias belongs to a model that masks it:
     * the key rows are zero and bias_mask is [1; 0; 1].
     */
    record JoinBiases(boolean fileHasKey) implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            Optional<StoredTensor> query = file.get(0);
            Optional<StoredTensor> key = fileHasKey ? file.get(1) : Optional.empty();
            Optional<StoredTensor> value = file.get(file.size() - 1);
            StoredTensor any = query.or(() -> value).or(() -> key).orElseThrow();
            StoredTensor bias =
                    join(query.orElse(filled(any, 0)), key.orElse(filled(any, 0)), value.orElse(filled(any, 0)));
            return List.of(Optional.of(bias), key.isPresent() ? Optional.empty() : Optional.of(mask(any)));
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            if (official.get(0).isEmpty()) {
                return DOES_NOT_APPLY;
            }
            List<Optional<StoredTensor>> thirds =
                    new ArrayList<>(thirds(official.get(0).get()));
            boolean masked = official.get(1).isPresent();
            if (fileHasKey) {
                thirds.set(1, masked ? Optional.empty() : thirds.get(1));
                return thirds;
            }
            return masked || isZero(thirds.get(1).orElseThrow())
                    ? List.of(thirds.get(0), thirds.get(2))
                    : DOES_NOT_APPLY;
        }

        private static boolean isZero(StoredTensor tensor) {
            for (float value : tensor.toFloats()) {
                if (value != 0) {
                    return false;
                }
            }
            return true;
        }

        /** [1; 0; 1], each part as long as {@code third}. */
        static StoredTensor mask(StoredTensor third) {
            return join(filled(third, 1), filled(third, 0), filled(third, 1));
        }

        private static StoredTensor filled(StoredTensor like, float value) {
            return new StoredTensor.Filled(like.dtype(), like.shape(), value);
        }

        private static StoredTensor join(StoredTensor... parts) {
            return new StoredTensor.Concat(0, List.of(parts));
        }
    }

    /** [1, 1, D] in the file, [1, D] officially. */
    final class DropFirstAxis implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return List.of(file.get(0).map(tensor -> {
                long[] shape = tensor.shape();
                return shape.length == 3 && shape[0] == 1 ? tensor.reshaped(shape[1], shape[2]) : tensor;
            }));
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return List.of(official.get(0).map(tensor -> {
                long[] shape = tensor.shape();
                return shape.length == 2 ? tensor.reshaped(1, shape[0], shape[1]) : tensor;
            }));
        }
    }

    /** Register tokens: a file of a model without any may hold a tensor [1, 0, D], which has no official name. */
    final class Registers implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return List.of(file.get(0).filter(tensor -> tensor.elements() > 0));
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return official;
        }
    }

    /** Linear weights that a file keeps as 1x1 convolutions, [R, C, 1, 1]. */
    final class Squeeze implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return List.of(file.get(0).map(tensor -> {
                long[] shape = tensor.shape();
                return shape.length == 4 ? tensor.reshaped(shape[0], shape[1] * shape[2] * shape[3]) : tensor;
            }));
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return official;
        }
    }

    /** One tensor of the file under several official names, which are one module. */
    record Alias(int fileNames, int officialNames) implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return Collections.nCopies(officialNames, any(file));
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return Collections.nCopies(fileNames, any(official));
        }

        private static Optional<StoredTensor> any(List<Optional<StoredTensor>> parts) {
            return parts.stream().flatMap(Optional::stream).findFirst();
        }
    }

    /**
     * timm's DINOv2 with registers: cls_token already holds the cls row of pos_embed, which has none. Officially the
     * row comes first; zeros there give the same sum. Parts: cls_token, pos_embed.
     */
    final class ClsPosition implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return List.of(file.get(0), file.get(1).map(grid -> {
                double side = Math.sqrt((double) grid.shape()[1]);
                if (side != Math.rint(side)) {
                    return grid; // rows of a square grid and one more: it has its cls row
                }
                StoredTensor row = new StoredTensor.Filled(grid.dtype(), Shapes.with(grid.shape(), 1, 1), 0);
                return new StoredTensor.Concat(1, List.of(row, grid));
            }));
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            if (official.get(0).isEmpty() || official.get(1).isEmpty()) {
                return DOES_NOT_APPLY;
            }
            StoredTensor cls = official.get(0).get();
            StoredTensor positions = official.get(1).get();
            float[] sum = cls.toFloats();
            float[] row = positions.sliced(1, 0, 1).toFloats();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += row[i];
            }
            return List.of(
                    Optional.of(StoredTensor.InMemory.of(cls.shape(), sum)),
                    Optional.of(positions.sliced(1, 1, positions.shape()[1] - 1)));
        }
    }

    /** Of no use on the other side. */
    final class Drop implements Conversion {
        @Override
        public List<Optional<StoredTensor>> read(List<Optional<StoredTensor>> file) {
            return List.of(Optional.empty());
        }

        @Override
        public List<Optional<StoredTensor>> write(List<Optional<StoredTensor>> official) {
            return List.of(Optional.empty());
        }
    }

    private static List<Optional<StoredTensor>> thirds(StoredTensor rows) {
        long third = rows.shape()[0] / 3;
        return List.of(
                Optional.of(rows.sliced(0, 0, third)),
                Optional.of(rows.sliced(0, third, third)),
                Optional.of(rows.sliced(0, 2 * third, third)));
    }
}
