package io.github.dino4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProfileTest {
    @Test
    void sumsTheCallsOfAllThreadsWhileItIsOpen() {
        Profile.record("linear", 1, 1); // nobody listens
        try (Profile profile = Profile.start()) {
            IntStream.range(0, 100).parallel().forEach(i -> Profile.record("profile-test.linear", 1_000_000, 7));
            Profile.record("profile-test.gelu", 500_000_000, 0);

            assertThat(profile.entries())
                    .filteredOn(e -> e.operator().startsWith("profile-test."))
                    .containsExactly(
                            new Profile.Entry("profile-test.gelu", 1, 0.5, 0),
                            new Profile.Entry("profile-test.linear", 100, 0.1, 700));
            assertThatThrownBy(Profile::start).isInstanceOf(IllegalStateException.class);
        }
        assertThat(Profile.isOn()).isFalse();
        try (Profile profile = Profile.start()) {
            assertThat(profile.entries()).noneMatch(e -> e.operator().startsWith("profile-test."));
        }
    }
}
