package io.github.dino4j.export;

/**
 * How many batches of a job go through the model side by side.
 *
 * @param count of batches at once
 * @param reason asked for, measured, or usual
 */
public record StreamChoice(int count, String reason) {
    @Override
    public String toString() {
        return count + (count == 1 ? " stream (" : " streams (") + reason + ")";
    }
}
