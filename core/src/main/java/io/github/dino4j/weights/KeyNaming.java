package io.github.dino4j.weights;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The table of a {@link Naming}: rules between its names and the official Meta ones, read both ways. Tensors are
 * described anew, not copied. Immutable and thread-safe.
 *
 * <p>The rules stand in {@code OfficialTables}, {@code HuggingFaceTables} and {@code TimmTables}, a row a rule.
 */
public final class KeyNaming {
    private static final Map<Naming, KeyNaming> TABLES = tables();

    /**
     * DPTForDepthEstimation of Hugging Face transformers ({@code neck.*}, {@code head.*}) against DINOv2's depth heads
     * without {@code decode_head.}: a head's table, for the tensors beside the backbone.
     */
    public static final KeyNaming HUGGING_FACE_DPT = new KeyNaming(Naming.HEAD_ONLY, List.of(), HuggingFaceTables.DPT);

    private final Naming naming;
    private final List<Rewrite> rewrites;
    private final List<Rule> rules;

    /** Another spelling of the same naming, undone before the rules are asked. */
    record Rewrite(Template from, Template to) {
        Rewrite(String from, String to) {
            this(new Template(from), new Template(to));
        }
    }

    /** What a pass over names gave. Names in {@code dropped} and {@code unknown} are those of the source. */
    record Renamed(
            Map<String, StoredTensor> tensors,
            Map<Rule, Integer> applied,
            List<String> dropped,
            List<String> unknown) {}

    private KeyNaming(Naming naming, List<Rewrite> rewrites, List<Rule> rules) {
        this.naming = naming;
        this.rewrites = rewrites;
        this.rules = rules;
    }

    public static KeyNaming of(Naming naming) {
        return Optional.ofNullable(TABLES.get(naming)).orElseThrow();
    }

    public Naming naming() {
        return naming;
    }

    /** The rows of the table as text, "file -> official". */
    public List<String> rules() {
        return rules.stream().map(Rule::toString).toList();
    }

    /**
     * Official names for the tensors of a file whose prefix is already off. Tensors that the naming does not know
     * (heads) are left out.
     */
    public StateDict read(StateDict file) {
        return StateDict.of(rename(file.tensors()).tensors());
    }

    /**
     * The same for a file of which every tensor must be known.
     *
     * @throws CheckpointException naming those that are not
     */
    public StateDict readAll(StateDict file) {
        Renamed renamed = rename(file.tensors());
        if (!renamed.unknown().isEmpty()) {
            throw new CheckpointException("no rule of the naming knows " + StateDict.quoted(renamed.unknown(), 8)
                    + "; the file holds another architecture");
        }
        return StateDict.of(renamed.tensors());
    }

    /**
     * Names of this naming for official ones. Official tensors that its models do without (RoPE periods, mask token)
     * are left out.
     *
     * @throws CheckpointException for a tensor that has no place in this naming, such as cls_norm in Hugging Face's
     */
    public StateDict write(StateDict official) {
        Renamed renamed = apply(official.tensors(), false);
        if (!renamed.unknown().isEmpty()) {
            throw new CheckpointException("the naming '" + naming.label() + "' has no place for "
                    + StateDict.quoted(renamed.unknown(), 8) + ". Write the official names instead.");
        }
        return StateDict.of(renamed.tensors());
    }

    Renamed rename(Map<String, StoredTensor> file) {
        Map<String, StoredTensor> rewritten = new LinkedHashMap<>();
        file.forEach((name, tensor) -> {
            String plain = rewrite(name);
            if (rewritten.put(plain, tensor) != null) {
                throw new CheckpointException(
                        "two tensors are both called '" + plain + "', one of them is '" + name + "' in the file");
            }
        });
        return apply(rewritten, true);
    }

    String rewrite(String name) {
        for (Rewrite rewrite : rewrites) {
            Optional<Map<String, String>> holes = rewrite.from().match(name);
            if (holes.isPresent()) {
                return rewrite.to().fill(holes.get());
            }
        }
        return name;
    }

    /** For the report: which other spellings are among the names, and how often. */
    List<Explanation.Step> rewritten(Collection<String> names) {
        List<Explanation.Step> steps = new ArrayList<>();
        for (Rewrite rewrite : rewrites) {
            long count = names.stream()
                    .filter(name -> rewrite.from().match(name).isPresent())
                    .count();
            if (count > 0) {
                steps.add(new Explanation.Step("respelt", rewrite.from() + " -> " + rewrite.to(), (int) count));
            }
        }
        return steps;
    }

    private Renamed apply(Map<String, StoredTensor> source, boolean reading) {
        Renamed result =
                new Renamed(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>(), new ArrayList<>());
        Set<String> done = new HashSet<>();
        for (String name : source.keySet()) {
            if (!done.contains(name)
                    && rules.stream().noneMatch(rule -> apply(rule, name, source, reading, result, done))) {
                result.unknown().add(name);
            }
        }
        return result;
    }

    /** Applies a rule to the tensors that belong together with {@code name}; false if it does not apply. */
    private static boolean apply(
            Rule rule,
            String name,
            Map<String, StoredTensor> source,
            boolean reading,
            Renamed result,
            Set<String> done) {
        List<Template> from = reading ? rule.file() : rule.official();
        List<Template> to = reading ? rule.official() : rule.file();
        for (Template template : from) {
            Optional<Map<String, String>> holes = template.match(name);
            if (holes.isEmpty()) {
                continue;
            }
            List<String> names =
                    from.stream().map(part -> part.fill(holes.get())).toList();
            List<Optional<StoredTensor>> parts = names.stream()
                    .map(part -> Optional.ofNullable(source.get(part)))
                    .toList();
            List<Optional<StoredTensor>> made =
                    reading ? rule.conversion().read(parts) : rule.conversion().write(parts);
            if (made.isEmpty()) {
                continue;
            }
            for (int i = 0; i < to.size(); i++) {
                String target = to.get(i).fill(holes.get());
                made.get(i).ifPresent(tensor -> result.tensors().put(target, tensor));
            }
            names.stream().filter(source::containsKey).forEach(done::add);
            int taken = (int) parts.stream().filter(Optional::isPresent).count();
            result.applied().merge(rule, taken, Integer::sum);
            if (to.isEmpty()) {
                result.dropped().add(name);
            }
            return true;
        }
        return false;
    }

    private static Map<Naming, KeyNaming> tables() {
        Map<Naming, KeyNaming> tables = new EnumMap<>(Naming.class);
        for (Naming naming : Naming.values()) {
            tables.put(naming, table(naming));
        }
        return tables;
    }

    private static KeyNaming table(Naming naming) {
        List<Rewrite> none = List.of();
        return switch (naming) {
            case OFFICIAL_DINOV1 -> new KeyNaming(naming, none, OfficialTables.DINOV1);
            case OFFICIAL_DINOV2 -> new KeyNaming(naming, OfficialTables.UNCHUNK, OfficialTables.DINOV2);
            case OFFICIAL_DINOV3 -> new KeyNaming(naming, OfficialTables.UNCHUNK, OfficialTables.DINOV3);
            case OFFICIAL_CONVNEXT -> new KeyNaming(naming, none, OfficialTables.CONVNEXT);
            case OFFICIAL_XCIT -> new KeyNaming(naming, none, OfficialTables.XCIT);
            case RESNET50 -> new KeyNaming(naming, none, OfficialTables.RESNET50);
            case HF_VIT -> new KeyNaming(naming, none, HuggingFaceTables.VIT);
            case HF_DINOV2, HF_DINOV2_REGISTERS -> new KeyNaming(naming, none, HuggingFaceTables.DINOV2);
            case HF_DINOV3_VIT -> new KeyNaming(naming, HuggingFaceTables.VERSION_5, HuggingFaceTables.DINOV3_VIT);
            case HF_DINOV3_CONVNEXT ->
                new KeyNaming(naming, HuggingFaceTables.VERSION_5, HuggingFaceTables.DINOV3_CONVNEXT);
            case TIMM_DINOV2 -> new KeyNaming(naming, none, TimmTables.DINOV2);
            case TIMM_DINOV2_REGISTERS -> new KeyNaming(naming, none, TimmTables.DINOV2_REGISTERS);
            case TIMM_DINOV3 -> new KeyNaming(naming, none, TimmTables.DINOV3);
            case TIMM_CONVNEXT -> new KeyNaming(naming, none, TimmTables.CONVNEXT);
            case TIMM_XCIT -> new KeyNaming(naming, none, TimmTables.XCIT);
            case HEAD_ONLY -> new KeyNaming(naming, none, List.of());
        };
    }
}
