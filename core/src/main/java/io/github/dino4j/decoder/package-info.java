/**
 * Parts of heads that several tasks share: what a head reads of a backbone, multi-scale deformable attention, DINOv3's
 * adapter, pyramids, pixel decoders, Mask2Former's transformer decoder, and the matching of queries with true objects.
 *
 * <p>Data comes in as a backbone's {@link io.github.dino4j.backbone.Tokens} and the normalised pixels, and leaves as maps
 * [B, C, H, W] in the caller's scope; weights belong to the arena behind the {@link io.github.dino4j.nn.Parameters}.
 *
 * <pre>{@code
 * List<Tokens> taps = backbone.intermediate(pixels, head.taps().layers(), head.taps().norm());
 * PixelDecoder.Decoded maps = pixelDecoder.forward(adapter.forward(pixels, taps));
 * List<MaskPrediction> predictions = decoder.forward(maps.levels(), maps.maskFeatures()); // the last is the result
 * }</pre>
 */
@org.jspecify.annotations.NullMarked
package io.github.dino4j.decoder;
