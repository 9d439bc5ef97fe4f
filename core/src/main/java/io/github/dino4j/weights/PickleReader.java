package io.github.dino4j.weights;

import io.github.dino4j.weights.TorchCheckpoint.None;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pickle machine, restricted: it builds plain data and descriptions of tensors, and refuses every name that
 * {@link Pickled} does not list, at the moment the name is read and before anything is called.
 *
 * <p>Bounded by construction: no recursion; a length is checked against the file before it is allocated; one opcode
 * makes at most one object; the memo is a map, not an array as large as an index says; dict keys are scalars, so that
 * hashing never walks a structure.
 */
final class PickleReader {
    private static final int MAX_OPCODES = 20_000_000;
    private static final int MAX_DEPTH_OF_MARKS = 1000;
    private static final int MAX_INTEGER_BYTES = 64;

    private final PickleInput in;
    private final TensorBuilder tensors;
    private final Map<Long, Object> memo = new HashMap<>();
    private final List<List<Object>> outerStacks = new ArrayList<>();
    private List<Object> stack = new ArrayList<>();

    PickleReader(PickleInput in, TensorBuilder tensors) {
        this.in = in;
        this.tensors = tensors;
    }

    /** Reads one pickle up to its STOP; the input stands right behind it afterwards. */
    Object read() throws IOException {
        for (int count = 0; count < MAX_OPCODES; count++) {
            int opcode = in.u1();
            if (opcode == '.') {
                return PickleDepth.check(pop(), in.file());
            }
            step(opcode);
        }
        throw bad("has more than " + MAX_OPCODES + " instructions");
    }

    private void step(int opcode) throws IOException {
        switch (opcode) {
            case 0x80 -> protocol(in.u1());
            case 0x95 -> in.i8(); // FRAME: a hint for buffering
            case '(' -> mark();
            case '0' -> pop();
            case '1' -> popMark();
            case '2' -> push(top());
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) in.i4());
            case 'K' -> push((long) in.u1());
            case 'M' -> push((long) in.u2());
            case 0x8a -> push(integer(in.u1()));
            case 0x8b -> push(integer(in.u4()));
            case 'I', 'L' -> push(decimal(in.line()));
            case 'F' -> push(real(in.line()));
            case 'G' -> push(in.bigEndianDouble());
            case 'X' -> push(in.utf8(in.u4()));
            case 0x8c -> push(in.utf8(in.u1()));
            case 0x8d -> push(in.utf8(in.i8()));
            case 'T' -> push(in.utf8(in.u4())); // str of Python 2
            case 'U' -> push(in.utf8(in.u1()));
            case 'B' -> push(in.bytes(in.u4()));
            case 'C' -> push(in.bytes(in.u1()));
            case 0x8e, 0x96 -> push(in.bytes(in.i8()));
            case ']', 0x8f -> push(new ArrayList<Object>()); // a set is kept as a list
            case '}' -> push(new LinkedHashMap<Object, Object>());
            case ')' -> push(List.of());
            case 0x85 -> push(tuple(1));
            case 0x86 -> push(tuple(2));
            case 0x87 -> push(tuple(3));
            case 't', 0x91 -> push(tupleOf(popMark()));
            case 'l' -> push(popMark());
            case 'd' -> push(dictOf(popMark()));
            case 'a' -> appendTo(List.of(pop()));
            case 'e', 0x90 -> appendTo(popMark());
            case 's' -> setItem();
            case 'u' -> setItems(popMark());
            case 'q' -> memo.put((long) in.u1(), top());
            case 'r' -> memo.put(in.u4(), top());
            case 'p' -> memo.put(decimal(in.line()), top());
            case 0x94 -> memo.put((long) memo.size(), top());
            case 'h' -> push(recall(in.u1()));
            case 'j' -> push(recall(in.u4()));
            case 'g' -> push(recall(decimal(in.line())));
            case 'c' -> push(named(in.line(), in.line()));
            case 0x93 -> stackGlobal();
            case 'R', 0x81 -> call();
            case 'b' -> build();
            case 'Q' -> push(tensors.storage(pop()));
            case 'i' -> throw tensors.refuse(in.line() + "." + in.line());
            default ->
                throw bad("uses instruction 0x" + Integer.toHexString(opcode) + ", which no file of tensors needs");
        }
    }

    private void protocol(int version) {
        if (version > 5) {
            throw bad("is written in pickle protocol " + version + ", Dino4J reads 2 to 5");
        }
    }

    // The stack

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        if (stack.isEmpty()) {
            throw bad("takes a value from an empty stack");
        }
        return stack.remove(stack.size() - 1);
    }

    private Object top() {
        Object top = pop();
        push(top);
        return top;
    }

    /** A mark opens a new stack; what is pushed from here on is taken together by the instruction that closes it. */
    private void mark() {
        if (outerStacks.size() >= MAX_DEPTH_OF_MARKS) {
            throw bad("is nested more than " + MAX_DEPTH_OF_MARKS + " deep");
        }
        outerStacks.add(stack);
        stack = new ArrayList<>();
    }

    private List<Object> popMark() {
        if (outerStacks.isEmpty()) {
            throw bad("closes a mark that was never set");
        }
        List<Object> items = stack;
        stack = outerStacks.remove(outerStacks.size() - 1);
        return items;
    }

    private Object recall(long index) {
        Object value = memo.get(index);
        if (value == null) {
            throw bad("recalls value " + index + ", which it never stored");
        }
        return value;
    }

    // Values

    private Object integer(long length) throws IOException {
        if (length > MAX_INTEGER_BYTES) {
            throw bad("holds an integer of " + length + " bytes");
        }
        byte[] bytes = in.bytes(length);
        for (int i = 0, j = bytes.length - 1; i < j; i++, j--) {
            byte swapped = bytes[i];
            bytes[i] = bytes[j];
            bytes[j] = swapped;
        }
        BigInteger value = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    private long decimal(String line) {
        try {
            return Long.parseLong(line.endsWith("L") ? line.substring(0, line.length() - 1) : line);
        } catch (NumberFormatException e) {
            throw bad("holds '" + line + "' where a number belongs");
        }
    }

    private double real(String line) {
        try {
            return Double.parseDouble(line);
        } catch (NumberFormatException e) {
            throw bad("holds '" + line + "' where a number belongs");
        }
    }

    private List<Object> tuple(int size) {
        List<Object> items = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            items.add(0, pop());
        }
        return tupleOf(items);
    }

    private static List<Object> tupleOf(List<Object> items) {
        return List.copyOf(items);
    }

    private Map<Object, Object> dictOf(List<Object> items) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        putAll(dict, items);
        return dict;
    }

    private void putAll(Map<Object, Object> dict, List<Object> items) {
        if (items.size() % 2 != 0) {
            throw bad("sets a key without a value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            dict.put(key(items.get(i)), items.get(i + 1));
        }
    }

    /** A tuple as a key stands for itself only: no reader here looks one up, and hashing it could take for ever. */
    private static Object key(Object key) {
        boolean scalar = key instanceof String || key instanceof Number || key instanceof Boolean || key == None.NONE;
        return scalar ? key : new Pickled.Opaque(List.of(key));
    }

    private void setItem() {
        Object value = pop();
        Object key = pop();
        dict(top()).put(key(key), value);
    }

    private void setItems(List<Object> items) {
        putAll(dict(top()), items);
    }

    @SuppressWarnings("unchecked") // only this class fills them
    private Map<Object, Object> dict(Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<Object, Object>) map;
        }
        throw bad("sets an item of something that is no dict");
    }

    @SuppressWarnings("unchecked")
    private void appendTo(List<Object> items) {
        if (!(top() instanceof ArrayList<?> list)) {
            throw bad("appends to something that is no list");
        }
        ((ArrayList<Object>) list).addAll(items);
    }

    // Names and calls

    private Pickled named(String module, String name) {
        Pickled found = Pickled.find(module, name);
        if (found == null) {
            throw tensors.refuse(module + "." + name);
        }
        return found;
    }

    private void stackGlobal() {
        if (!(pop() instanceof String name) || !(pop() instanceof String module)) {
            throw bad("names a class with something that is no text");
        }
        push(named(module, name));
    }

    private void call() throws IOException {
        if (!(pop() instanceof List<?> arguments)) {
            throw bad("calls something without a tuple of arguments");
        }
        push(tensors.call(pop(), List.copyOf(arguments)));
    }

    /**
     * BUILD gives an object its fields. A Namespace takes them; those of a state dict ({@code _metadata}) and of a
     * tensor say nothing about values and are left out.
     */
    private void build() {
        Object state = pop();
        if (top() instanceof Pickled.Fields fields && state instanceof Map<?, ?> values) {
            fields.putAll(dict(values));
        }
    }

    private CheckpointException bad(String what) {
        return new CheckpointException(in.file() + ": the pickle in it " + what
                + ". Re-save it with torch.save(model.state_dict(), ...) or as .safetensors.");
    }
}
