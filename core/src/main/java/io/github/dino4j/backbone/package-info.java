/**
 * The backbones of DINO v1, v2 and v3: one vision transformer with three families of configurations, ConvNeXt, and
 * DINOv1's ResNet-50 and XCiT. {@link io.github.dino4j.backbone.BackboneCatalog} lists the published ones;
 * {@link io.github.dino4j.backbone.Backbone} is what they share.
 */
@NullMarked
package io.github.dino4j.backbone;

import org.jspecify.annotations.NullMarked;
