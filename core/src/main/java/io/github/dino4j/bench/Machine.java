package io.github.dino4j.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Where a figure was measured. */
public record Machine(String processor, int cores, String system, String java) {
    /** This one. */
    public static Machine here() {
        return new Machine(
                line("/proc/cpuinfo", "model name").orElseGet(() -> System.getProperty("os.arch", "unknown")),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
    }

    /**
     * The largest resident memory that this process has had so far, in bytes, mapped files included; only where the
     * system tells (Linux).
     */
    public static OptionalLong peakResidentBytes() {
        return line("/proc/self/status", "VmHWM")
                .map(text -> OptionalLong.of(1024 * Long.parseLong(text.replaceAll("\\D", ""))))
                .orElse(OptionalLong.empty());
    }

    /** For JSON. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("processor", processor);
        map.put("cores", cores);
        map.put("system", system);
        map.put("java", java);
        return map;
    }

    @Override
    public String toString() {
        return processor + ", " + cores + (cores == 1 ? " core, " : " cores, ") + system + ", " + java;
    }

    private static Optional<String> line(String file, String key) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException | UncheckedIOException e) {
            return Optional.empty(); // another system than Linux
        }
    }
}
