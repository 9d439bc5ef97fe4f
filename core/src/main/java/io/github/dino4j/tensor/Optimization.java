package io.github.dino4j.tensor;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * What optimisers do to variables and their gradients: in place, without records, without memory beyond their state. The
 * engine's fused kernels go over all variables of a call in one parallel pass, some ten times faster than operator by
 * operator.
 *
 * <p>Variables must be contiguous. Call it from the thread that learns; no scope need be open.
 */
public final class Optimization {
    private static final OperatorHandle ADAMW = operator("aten::_fused_adamw_");
    private static final OperatorHandle SGD = operator("aten::_fused_sgd_");

    private Optimization() {}

    /**
     * A variable with the state that AdamW holds for it.
     *
     * @param mean of its gradients, exponentially weighted; of the variable's shape, at first 0
     * @param square the same of their squares
     * @param step F32 without axes: how often it was changed
     */
    public record Moments(Tensor variable, Tensor mean, Tensor square, Tensor step) {}

    /** A variable with the sum of its gradients, exponentially weighted, at first 0. */
    public record Velocity(Tensor variable, Tensor momentum) {}

    /** What AdamW does the same way for all variables of a call. */
    public record AdamW(double rate, double beta1, double beta2, double eps, double weightDecay) {}

    /**
     * One step of AdamW (arXiv:1711.05101) on variables that have a gradient: p -= rate decay p; then p -= rate m' / (sqrt(v')
     * + eps), where m' and v' are the moments without the bias of their start.
     */
    public static void adamW(List<Moments> states, AdamW rule) {
        if (states.isEmpty()) {
            return;
        }
        try (Scope scope = Scope.inference()) {
            states.forEach(state -> state.step().handle().add_(new Scalar(1)));
            run(
                    "_fused_adamw_",
                    ADAMW,
                    list(states, Moments::variable),
                    list(states, state -> dense(state.variable().grad())),
                    list(states, Moments::mean),
                    list(states, Moments::square),
                    list(List.<Tensor>of(), t -> t), // of AMSGrad
                    list(states, Moments::step),
                    new IValue(rule.rate()),
                    new IValue(rule.beta1()),
                    new IValue(rule.beta2()),
                    new IValue(rule.weightDecay()),
                    new IValue(rule.eps()),
                    new IValue(false), // AMSGrad
                    new IValue(false), // maximise
                    new IValue(),
                    new IValue());
        }
    }

    /**
     * One step of gradient descent on variables that have a gradient g: m = momentum m + (g + decay p); p -= rate m. Without
     * momentum m stays as it is.
     */
    public static void sgd(List<Velocity> states, double rate, double momentum, double weightDecay) {
        if (states.isEmpty()) {
            return;
        }
        try (Scope scope = Scope.inference()) {
            run(
                    "_fused_sgd_",
                    SGD,
                    list(states, Velocity::variable),
                    list(states, state -> dense(state.variable().grad())),
                    list(momentum == 0 ? List.<Velocity>of() : states, Velocity::momentum),
                    new IValue(weightDecay),
                    new IValue(momentum),
                    new IValue(rate),
                    new IValue(0.0), // dampening
                    new IValue(false), // Nesterov
                    new IValue(false), // maximise
                    new IValue(false), // first step: a momentum of 0 gives the same
                    new IValue(),
                    new IValue());
        }
    }

    /** average = momentum average + (1 - momentum) value. */
    public static void average(Tensor average, Tensor value, double momentum) {
        try (Scope scope = Scope.inference()) {
            Native.call(
                    "average",
                    () -> average.handle().mul_(new Scalar(momentum)).add_(value.handle(), new Scalar(1 - momentum)),
                    average,
                    value);
        }
    }

    /** Euclidean norm of all gradients of these variables together; those without gradient count nothing. */
    public static double gradientNorm(Collection<Tensor> variables) {
        try (Scope scope = Scope.inference()) {
            double squares = 0;
            for (Tensor variable : variables) {
                if (variable.hasGrad()) {
                    double norm = variable.grad().handle().norm().item_double();
                    squares += norm * norm;
                }
            }
            return Math.sqrt(squares);
        }
    }

    /** Multiplies the gradients of these variables, where they have one. */
    public static void scaleGradients(Collection<Tensor> variables, double factor) {
        try (Scope scope = Scope.inference()) {
            Scalar by = new Scalar(factor);
            for (Tensor variable : variables) {
                if (variable.hasGrad()) {
                    variable.grad().handle().mul_(by);
                }
            }
        }
    }

    /** The kernels go through memory, so a gradient must lie as its variable does. */
    private static Tensor dense(Tensor gradient) {
        return gradient.contiguous();
    }

    private static <S> IValue list(List<S> states, Function<S, Tensor> part) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        for (S state : states) {
            list.push_back(new IValue(part.apply(state).handle()));
        }
        return new IValue(list);
    }

    private static void run(String name, OperatorHandle operator, IValue... arguments) {
        Native.call(name, () -> {
            operator.callBoxed(new IValueVector(arguments));
            return name;
        });
    }

    /** Held, since the scope that is open when this class is first used must not free it. */
    private static OperatorHandle operator(String name) {
        Native.ready();
        return Onednn.held(Dispatcher.singleton().findSchemaOrThrow(name, ""));
    }
}
