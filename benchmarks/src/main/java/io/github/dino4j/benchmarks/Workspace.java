package io.github.dino4j.benchmarks;

import io.github.dino4j.backbone.BackboneCatalog;
import io.github.dino4j.bench.GeneratedCheckpoint;
import io.github.dino4j.onnx.OnnxExporter;
import io.github.dino4j.onnx.OnnxOptions;
import io.github.dino4j.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A folder of generated files, each made once and kept for the next run. */
record Workspace(Path folder) {
    static Workspace at(String folder) throws IOException {
        return new Workspace(Files.createDirectories(Path.of(folder)));
    }

    /** The generated checkpoint of a published model. */
    Path checkpoint(String model, DType dtype) throws IOException {
        BackboneCatalog.Entry entry = BackboneCatalog.get(model);
        Path file = folder.resolve(entry.name() + (dtype == DType.F32 ? "" : "-" + dtype) + "-generated.safetensors");
        if (!Files.exists(file)) {
            System.err.println("making " + file);
            Path part = folder.resolve(file.getFileName() + ".part");
            GeneratedCheckpoint.write(entry, dtype, part);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        return file;
    }

    /** The same model as ONNX Runtime likes it best: one size of images, its own operators, folded scales. */
    Path onnx(String model, int side, boolean int8) throws IOException {
        Path checkpoint = checkpoint(model, DType.F32);
        Path file = folder.resolve(model + "-" + side + (int8 ? "-int8" : "") + ".onnx");
        if (!Files.exists(file)) {
            System.err.println("making " + file);
            OnnxExporter.export(
                    checkpoint,
                    file,
                    OnnxOptions.DEFAULT
                            .withSize(side, side)
                            .with(int8 ? OnnxOptions.Precision.INT8_DYNAMIC : OnnxOptions.Precision.FLOAT32)
                            .withCheck(false)); // its drift is part of the table
        }
        return file;
    }
}
