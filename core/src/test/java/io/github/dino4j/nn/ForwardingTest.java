package io.github.dino4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sources over another source: what they do not change, they pass on. */
class ForwardingTest {
    static Stream<Arguments> wrappersAndMethods() {
        List<UnaryOperator<ParameterSource>> wrappers = List.of(
                NamedParameters::new,
                source -> new TrainableParameters(source, name -> false),
                source -> new DrawnParameters(source, Init.ZERO, Init.ZERO));
        List<String> names = List.of("named", "trainable", "drawn");
        return Stream.of(0, 1, 2)
                .flatMap(i -> Arrays.stream(ParameterSource.class.getMethods())
                        .map(method -> Arguments.of(names.get(i), wrappers.get(i), method.getName(), method)));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("wrappersAndMethods")
    void everyQuestionReachesTheSourceUnderneath(
            String wrapper, UnaryOperator<ParameterSource> wrap, String name, Method method) throws Exception {
        List<String> asked = new ArrayList<>();
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            ParameterSource random = new RandomParameters(1, arena);
            ParameterSource source = (ParameterSource) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {ParameterSource.class}, (proxy, called, arguments) -> {
                        asked.add(called.getName());
                        return called.getName().equals("notFinite") ? null : called.invoke(random, arguments);
                    });

            method.invoke(wrap.apply(source), arguments(method));
        }

        assertThat(asked).containsExactly(name);
    }

    private static Object[] arguments(Method method) {
        return switch (method.getName()) {
            case "take", "read", "buffer" -> new Object[] {"a.weight", Init.ZERO, new long[] {2}};
            case "notFinite" -> new Object[] {"a.weight"};
            case "alias" -> new Object[] {"a", "b"};
            case "keep" -> new Object[] {Tensor.of(new float[] {1, 2}, 2)};
            default -> new Object[0];
        };
    }
}
