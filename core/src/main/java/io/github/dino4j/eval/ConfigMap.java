package io.github.dino4j.eval;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A configuration as JSON has it: records are maps by the names of their components, constants are words. */
final class ConfigMap {
    private ConfigMap() {}

    /** All components, in the record's order; a component of several forms tells its own as {@code form}. */
    static Map<String, Object> of(Record config) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            Object value = spelled(value(config, component));
            if (component.getType().isInterface() && value instanceof Map<?, ?> fields) {
                Map<String, Object> formed = new LinkedHashMap<>();
                formed.put("form", snake(value(config, component).getClass().getSimpleName()));
                fields.forEach((name, field) -> formed.put(String.valueOf(name), field));
                value = formed;
            }
            map.put(snake(component.getName()), value);
        }
        return map;
    }

    private static Object value(Record config, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true); // records nested in classes that are not public
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(config.getClass() + " does not tell its " + component.getName(), e);
        }
    }

    private static Object spelled(Object value) {
        if (value instanceof Record config) {
            return of(config);
        }
        if (value instanceof Enum<?> constant) {
            return word(constant);
        }
        if (value instanceof Optional<?> some) {
            return some.isPresent() ? spelled(some.get()) : "none";
        }
        if (value instanceof Iterable<?> several) {
            List<Object> list = new ArrayList<>();
            several.forEach(one -> list.add(spelled(one)));
            return list;
        }
        return value instanceof Number || value instanceof Boolean ? value : String.valueOf(value);
    }

    /** As the options of the command line are written. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String snake(String name) {
        return name.replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
