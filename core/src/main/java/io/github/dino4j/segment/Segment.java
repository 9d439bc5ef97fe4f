package io.github.dino4j.segment;

/**
 * One piece of a panoptic segmentation.
 *
 * @param id its number in the map, 1 or more
 * @param category index into the class list
 * @param score how sure the model is
 * @param thing whether it is one object, rather than stuff such as sky
 * @param area pixels
 * @param box that holds it
 */
public record Segment(int id, int category, float score, boolean thing, int area, PixelBox box) {}
