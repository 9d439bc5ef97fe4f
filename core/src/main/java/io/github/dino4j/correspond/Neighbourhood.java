package io.github.dino4j.correspond;

/**
 * Which patches of a context frame a patch may take its label from: those near its own place on the grid.
 *
 * @param radius in patches; no meaning where everything is near
 */
public record Neighbourhood(Shape shape, int radius) {
    /** What "near" means for a distance of (rows, columns). */
    public enum Shape {
        /** No bound. */
        EVERYWHERE,
        /** Neither rows nor columns beyond the radius (DINOv1). */
        SQUARE,
        /** The Euclidean distance not beyond the radius (DINOv3). */
        CIRCLE
    }

    public static final Neighbourhood EVERYWHERE = new Neighbourhood(Shape.EVERYWHERE, 0);

    public Neighbourhood {
        if (radius < 0) {
            throw new IllegalArgumentException("the radius of a neighbourhood is 0 or more patches, found " + radius);
        }
    }

    public static Neighbourhood square(int radius) {
        return new Neighbourhood(Shape.SQUARE, radius);
    }

    public static Neighbourhood circle(int radius) {
        return new Neighbourhood(Shape.CIRCLE, radius);
    }

    /** Whether a patch that is {@code rows} and {@code columns} away belongs to it. */
    public boolean holds(int rows, int columns) {
        return switch (shape) {
            case EVERYWHERE -> true;
            case SQUARE -> Math.abs(rows) <= radius && Math.abs(columns) <= radius;
            case CIRCLE -> rows * rows + columns * columns <= radius * radius;
        };
    }

    /** Rows to either side that it reaches on a grid of {@code height}. */
    int reach(int height) {
        return shape == Shape.EVERYWHERE ? height : Math.min(radius, height);
    }

    @Override
    public String toString() {
        return shape == Shape.EVERYWHERE
                ? "everywhere"
                : (shape == Shape.SQUARE ? "square" : "circle") + " of radius " + radius;
    }
}
