package io.github.dino4j.backbone;

import java.util.List;

/**
 * Shape of a ResNet with bottleneck blocks (arXiv:1512.03385; stride on the 3x3 convolution), DINOv1's ResNet-50.
 *
 * @param blocks bottlenecks of each of the four stages
 */
public record ResNetConfig(int inChannels, List<Integer> blocks) implements BackboneConfig {
    public ResNetConfig {
        blocks = List.copyOf(blocks);
        if (blocks.size() != 4) {
            throw new IllegalArgumentException("a ResNet has four stages, not " + blocks);
        }
    }

    @Override
    public int dim() {
        return 2048;
    }

    @Override
    public int patch() {
        return 32;
    }

    @Override
    public int depth() {
        return 4;
    }
}
