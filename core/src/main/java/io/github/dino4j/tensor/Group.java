package io.github.dino4j.tensor;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch_gloo;

/**
 * Processes, on one machine or several, that compute one thing together: libtorch's Gloo over TCP. Each of them, a rank,
 * makes the same calls in the same order with tensors of the same shape; a call returns when all have made it.
 *
 * <p>All operations take contiguous F32 tensors, leave no record for gradients, and belong to the thread that joined.
 *
 * <pre>{@code
 * try (Group group = Group.join(new Group.Place(rank, 2, "10.0.0.1", 29500), Duration.ofMinutes(1))) {
 *     group.sum(gradients);
 * }
 * }</pre>
 */
public final class Group implements AutoCloseable {
    /** Gradients travel in pieces of so many bytes: large enough that latency does not count, small beside a model. */
    private static final long BUCKET = 32L << 20;

    private final Place place;
    private final TCPStore store;
    private final ProcessGroupGloo processes;

    /**
     * A process's place among the others.
     *
     * @param rank from 0; the one of rank 0 listens at the address, so it must run on that host
     * @param size how many there are
     * @param host of rank 0, as the others reach it
     * @param port free on that host
     */
    public record Place(int rank, int size, String host, int port) {
        public Place {
            if (size < 1 || rank < 0 || rank >= size) {
                throw new IllegalArgumentException("ranks of " + size + " processes go from 0 to " + (size - 1)
                        + ", not " + rank + "; give each process its own");
            }
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("a port is between 1 and 65535, not " + port);
            }
        }

        @Override
        public String toString() {
            return "rank " + rank + " of " + size + " at " + host + ":" + port;
        }
    }

    private Group(Place place, TCPStore store, ProcessGroupGloo processes) {
        this.place = place;
        this.store = store;
        this.processes = processes;
    }

    /**
     * Waits for the others.
     *
     * @param patience how long to wait for another process, here and in each operation, before it counts as lost
     * @throws GroupException if not all of them come
     */
    public static Group join(Place place, Duration patience) {
        Native.ready();
        Loader.load(torch_gloo.class);
        return run(place, "joining", () -> {
            TCPStoreOptions options = new TCPStoreOptions();
            options.port((short) place.port());
            options.isServer(place.rank() == 0);
            options.waitWorkers(false);
            options.timeout(millis(patience));
            TCPStore store = new TCPStore(place.host(), options);
            try (GlooDeviceVector devices = new GlooDeviceVector();
                    ProcessGroupGloo.Options gloo = ProcessGroupGloo.Options.create(millis(patience))) {
                devices.push_back(ProcessGroupGloo.createDeviceForHostname(own(place)));
                gloo.devices(devices);
                return new Group(place, store, new ProcessGroupGloo(store, place.rank(), place.size(), gloo));
            }
        });
    }

    /** The address of this machine that the host of rank 0 sees. */
    private static String own(Place place) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(place.host()), place.port())); // sends nothing
            return socket.getLocalAddress().getHostAddress();
        } catch (UnknownHostException | SocketException e) {
            throw new GroupException(place + ": the host cannot be found (" + e.getMessage() + "); check its name", e);
        }
    }

    public int rank() {
        return place.rank();
    }

    public int size() {
        return place.size();
    }

    /** Puts the sum over all ranks into the tensor. */
    public void sum(Tensor tensor) {
        requireDense(tensor);
        run(place, "a sum", () -> {
            try (TensorVector tensors = new TensorVector(tensor.handle())) {
                return wait(processes.allreduce(tensors));
            }
        });
    }

    /** Puts the sum over all ranks into each of the tensors; they travel together in a few large pieces. */
    public void sum(Collection<Tensor> tensors) {
        List<Tensor> all = List.copyOf(tensors);
        for (int first = 0; first < all.size(); ) {
            int end = first;
            long bytes = 0;
            while (end < all.size() && (end == first || bytes + bytes(all.get(end)) <= BUCKET)) {
                bytes += bytes(all.get(end));
                end++;
            }
            try (Scope scope = Scope.inference()) {
                List<Tensor> some = all.subList(first, end);
                Tensor bucket = Tensor.cat(
                        0, some.stream().map(t -> t.detach().reshape(-1)).toArray(Tensor[]::new));
                sum(bucket);
                long start = 0;
                for (Tensor tensor : some) {
                    tensor.detach()
                            .copyFrom(bucket.narrow(0, start, tensor.elements()).reshape(tensor.shape()));
                    start += tensor.elements();
                }
            }
            first = end;
        }
    }

    /** The tensors [N, ...] of all ranks, one after the other [size N, ...], in the caller's scope. */
    public Tensor gather(Tensor tensor) {
        Tensor own = tensor.detach().contiguous();
        requireDense(own);
        long[] shape = own.shape();
        shape[0] *= size();
        Tensor all = Tensor.zeros(shape);
        run(place, "gathering", () -> wait(processes._allgather_base(all.handle(), own.handle())));
        return all;
    }

    /** Makes the tensor equal to that of one rank. */
    public void broadcast(Tensor tensor, int from) {
        requireDense(tensor);
        run(place, "a broadcast", () -> {
            try (TensorVector tensors = new TensorVector(tensor.handle());
                    BroadcastOptions options = new BroadcastOptions()) {
                options.rootRank(from);
                return wait(processes.broadcast(tensors, options));
            }
        });
    }

    /** Waits until all ranks are here. */
    public void meet() {
        run(place, "waiting for the others", () -> wait(processes.barrier()));
    }

    private static void requireDense(Tensor tensor) {
        if (!tensor.isContiguous() || tensor.dtype() != DType.F32) {
            throw new IllegalArgumentException(
                    "processes exchange contiguous F32 tensors, not " + tensor.describe() + " or a view");
        }
    }

    private static long bytes(Tensor tensor) {
        return tensor.elements() * tensor.dtype().bytes();
    }

    private static boolean wait(Work work) {
        try (work) {
            return work._wait();
        }
    }

    private static Milliseconds millis(Duration duration) {
        return new Milliseconds(duration.toMillis());
    }

    private static <T> T run(Place place, String operation, Supplier<T> body) {
        try {
            return Native.call(operation, body);
        } catch (TensorException e) {
            throw new GroupException(
                    place + " lost another rank, or waited too long for it, in " + operation + " (" + last(e)
                            + "). End all ranks, look for the first error among them, and go on from the last checkpoint",
                    e);
        }
    }

    /** The engine's words without the place in its source. */
    private static String last(TensorException e) {
        String message = String.valueOf(e.getMessage());
        return message.substring(message.lastIndexOf("] ") < 0 ? 0 : message.indexOf("] ") + 2)
                .trim();
    }

    /** Leaves the others. */
    @Override
    public void close() {
        processes.close();
        store.close();
    }
}
