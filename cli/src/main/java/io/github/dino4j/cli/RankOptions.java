package io.github.dino4j.cli;

import io.github.dino4j.tensor.Group;
import io.github.dino4j.train.Ranks;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Options of a training run that several processes share, each started with its own rank. */
final class RankOptions {
    /** Longest wait for another rank: rank 0 measures while the others stand still. One that dies is noticed at once. */
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    @Option(
            names = "--rank",
            paramLabel = "N",
            description = "Number of this process among those that train together, from 0; 0 owns the run's folder.")
    private Optional<Integer> rank = Optional.empty();

    @Option(names = "--world", paramLabel = "N", description = "How many processes train together.")
    private Optional<Integer> world = Optional.empty();

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description = "Where rank 0 listens, as the others reach it.")
    private Optional<String> address = Optional.empty();

    /** Runs {@code work} among the other ranks, once all of them are there; alone where no rank is given. */
    int run(Console console, Function<Ranks, Integer> work) {
        if (rank.isEmpty() && world.isEmpty() && address.isEmpty()) {
            return work.apply(Ranks.ONE);
        }
        if (rank.isEmpty() || world.isEmpty() || address.isEmpty()) {
            throw console.usage("processes that train together need all of --rank, --world and --address, such as"
                    + " --rank 0 --world 2 --address 10.0.0.1:29500");
        }
        Group.Place place = place(console, rank.get(), world.get(), address.get());
        console.note("waiting for " + place.size() + " processes at " + address.get());
        try (Group group = Group.join(place, PATIENCE)) {
            return work.apply(Ranks.of(group));
        }
    }

    private static Group.Place place(Console console, int rank, int world, String address) {
        int colon = address.lastIndexOf(':');
        try {
            return new Group.Place(
                    rank,
                    world,
                    address.substring(0, Math.max(0, colon)),
                    Integer.parseInt(address.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw console.usage("--address " + address + " is no HOST:PORT, such as 10.0.0.1:29500");
        } catch (IllegalArgumentException e) {
            throw console.usage(String.valueOf(e.getMessage()));
        }
    }
}
