package io.github.dino4j.depth;

/** What the numbers of a {@link DepthMap} measure. */
public enum Quantity {
    /** Distance from the camera's plane, along its axis. */
    DEPTH("depth", "m"),
    /** Height of the vegetation above the ground, seen from above; 0 is bare ground. */
    CANOPY_HEIGHT("canopy height", "m");

    private final String label;
    private final String unit;

    Quantity(String label, String unit) {
        this.label = label;
        this.unit = unit;
    }

    /** In words, for a legend. */
    public String label() {
        return label;
    }

    /** The unit's sign. */
    public String unit() {
        return unit;
    }
}
