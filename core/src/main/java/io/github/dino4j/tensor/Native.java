package io.github.dino4j.tensor;

import java.io.IOException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/** Start of the engine, once a process, and the one place where native errors become Java ones. */
final class Native {
    private static final String[] LINUX_LIBRARIES = {
        "libgomp.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so", "libjnitorch.so"
    };

    static {
        start();
    }

    private Native() {}

    /** Runs the static initialiser; every door of this package calls it first. */
    static void ready() {}

    private static void start() {
        // JavaCPP counts resident pages, mapped checkpoints among them, against a limit taken from the Java heap, and
        // fails beyond it. Scopes bound what we allocate; a user's own setting stays.
        for (String limit : new String[] {"org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
        try {
            unpackBeforeLinking();
            // OpenBLAS spins on its own thread pool beside libtorch's OpenMP and starves it: 20 times slower on two
            // cores. Only OpenMP may have threads here.
            openblas.blas_set_num_threads(1);
            torch.get_num_threads();
        } catch (IOException | ClassNotFoundException | LinkageError e) {
            throw new TensorException(
                    "the engine's native libraries cannot be loaded on " + Loader.getPlatform() + ": " + firstLine(e)
                            + ". Add the artifacts org.bytedeco:{javacpp,openblas,pytorch} with classifier "
                            + Loader.getPlatform() + " to the class path (glibc is needed; Alpine's musl will not do)",
                    e);
        }
    }

    /**
     * JavaCPP loads libtorch.so before libtorch_cpu.so is unpacked; on a machine with a system libtorch the linker then
     * finds that one, and two libtorchs in one process crash. So everything is unpacked before anything is linked.
     */
    private static void unpackBeforeLinking() throws IOException, ClassNotFoundException {
        if (!Loader.getPlatform().equals("linux-x86_64")) {
            return;
        }
        Class<?> presets = Class.forName("org.bytedeco.pytorch.presets.torch", false, Native.class.getClassLoader());
        for (String library : LINUX_LIBRARIES) {
            Loader.cacheResource(presets, "/org/bytedeco/pytorch/linux-x86_64/" + library);
        }
    }

    /** Runs one native call; a failure names the operation and the shapes, without the C++ frames. */
    static <T> T call(String operation, Supplier<T> body, Tensor... arguments) {
        try {
            return Profile.isOn() ? Profile.timed(operation, body) : body.get();
        } catch (RuntimeException e) {
            StringBuilder shapes = new StringBuilder();
            for (Tensor t : arguments) {
                shapes.append(shapes.length() == 0 ? "" : " x ").append(t.describe());
            }
            throw failure(operation, shapes.toString(), e);
        }
    }

    /** A native error as a Java one; it stays as it is if it already is one. */
    static TensorException failure(String operation, String shapes, RuntimeException e) {
        return e instanceof TensorException known
                ? known
                : new TensorException(operation + " of " + shapes + ": " + firstLine(e), e);
    }

    private static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
