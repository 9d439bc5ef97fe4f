/**
 * Vision transformers as ONNX files for ONNX Runtime and others: {@link io.github.dino4j.onnx.OnnxExporter} writes one,
 * {@link io.github.dino4j.onnx.OnnxCheck} holds it against our own forward pass. A file that fails is not published.
 *
 * <pre>{@code
 * OnnxExporter.Result result = OnnxExporter.export(
 *         Path.of("dinov3_vits16.pth"), Path.of("vits16.onnx"), OnnxOptions.DEFAULT.withSize(224, 224));
 * System.out.println(result.report());
 * }</pre>
 */
@NullMarked
package io.github.dino4j.onnx;

import org.jspecify.annotations.NullMarked;
