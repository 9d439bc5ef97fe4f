/**
 * What belongs together in two images, by the similarity of patch tokens. {@link io.github.dino4j.correspond.Correspondences}
 * pairs the patches of two photos; {@link io.github.dino4j.correspond.VideoTracker} follows objects through a video from the
 * mask of its first frame, by label propagation (DINO, arXiv:2104.14294; DINOv3, arXiv:2508.10104). {@link
 * io.github.dino4j.correspond.TrackingMetrics} is DAVIS's J and F.
 *
 * <pre>{@code
 * Correspondences pairs = Correspondences.mutual(dino.features(left), dino.features(right)).spread(60);
 * pairs.picture(left, right).writePng(Path.of("pairs.png"));
 *
 * ObjectTrack track = VideoTracker.of(model, TrackingProtocol.DINOV3).begin(frames.get(0), ObjectMask.read(Path.of("0.png")));
 * SegmentMap second = track.next(frames.get(1));
 * }</pre>
 */
@NullMarked
package io.github.dino4j.correspond;

import org.jspecify.annotations.NullMarked;
