package io.github.dino4j.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arguments of a measuring programme: {@code --name value}, {@code --flag}, and what stands by itself. */
final class Arguments {
    private final Map<String, String> options = new LinkedHashMap<>();
    private final List<String> rest = new java.util.ArrayList<>();

    /** Reads arguments; {@code flags} are those that take no value. */
    Arguments(String[] arguments, String... flags) {
        for (int i = 0; i < arguments.length; i++) {
            if (!arguments[i].startsWith("--")) {
                rest.add(arguments[i]);
            } else if (Arrays.asList(flags).contains(arguments[i].substring(2))) {
                options.put(arguments[i].substring(2), "true");
            } else if (i + 1 < arguments.length) {
                options.put(arguments[i].substring(2), arguments[++i]);
            } else {
                throw new IllegalArgumentException(arguments[i] + " needs a value");
            }
        }
    }

    boolean has(String flag) {
        return options.containsKey(flag);
    }

    String text(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    int number(String name, int otherwise) {
        return Integer.parseInt(text(name, Integer.toString(otherwise)));
    }

    List<String> list(String name, String otherwise) {
        return List.of(text(name, otherwise).split(","));
    }

    List<Integer> numbers(String name, String otherwise) {
        return list(name, otherwise).stream().map(Integer::valueOf).toList();
    }

    /** The argument at a position among those that are no options. */
    String at(int index, String what) {
        if (index >= rest.size()) {
            throw new IllegalArgumentException("an argument is missing: " + what);
        }
        return rest.get(index);
    }

    /** Those from a position on. */
    List<String> from(int index) {
        return rest.subList(Math.min(index, rest.size()), rest.size());
    }
}
