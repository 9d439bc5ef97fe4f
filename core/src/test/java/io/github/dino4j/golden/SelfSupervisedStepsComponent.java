package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.nn.Init;
import io.github.dino4j.nn.ParameterSource;
import io.github.dino4j.ssl.Crops;
import io.github.dino4j.ssl.DinoHead;
import io.github.dino4j.ssl.GramAnchor;
import io.github.dino4j.ssl.GramLoss;
import io.github.dino4j.ssl.KoLeoLoss;
import io.github.dino4j.ssl.Network;
import io.github.dino4j.ssl.Objective;
import io.github.dino4j.ssl.SelfDistillation;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Optimization;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.train.GradientClip;
import io.github.dino4j.train.Optimizer;
import io.github.dino4j.train.OptimizerSpec;
import io.github.dino4j.train.ParameterGroup;
import io.github.dino4j.train.ParameterGroups;
import io.github.dino4j.train.ParameterGroups.Layerwise;
import io.github.dino4j.train.Schedule;
import io.github.dino4j.train.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Steps of DINO, DINOv2 and DINOv3: losses, gradients, student and teacher. */
final class SelfSupervisedStepsComponent implements GoldenComponent {
    private static final List<String> PARTS = List.of(Network.BACKBONE, Network.CLASS_HEAD, Network.PATCH_HEAD);
    private static final Pattern BETAS = Pattern.compile("betas ([\\d.]+),? ([\\d.]+)");
    private static final Pattern NEIGHBOURS = Pattern.compile("topk (\\d+)");

    @Override
    public boolean handles(GoldenCase golden) {
        return golden.config().has("steps")
                && (golden.source().contains("SSLMetaArch")
                        || golden.source().contains("main_dino.py train_one_epoch"));
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        boolean first = golden.source().startsWith("facebookresearch/dino ");
        Run run = new Run(golden, check, first);
        try (SelfDistillation model = run.model();
                Optimizer optimizer = run.adamW().build(run.groups(model))) {
            run.anchor(model);
            for (int step = 0; step < golden.config().path("steps").asInt(); step++) {
                run.step(model, optimizer, step);
            }
            run.expectLearned(model);
        }
    }

    private record Run(GoldenCase golden, Check check, boolean first) {
        JsonNode c() {
            return golden.config();
        }

        boolean second() {
            return golden.source().startsWith("facebookresearch/dinov2");
        }

        /** As the text of the case says it; a "beta2" among the schedules of DINOv2's cases is not what was used. */
        OptimizerSpec adamW() {
            Matcher betas = BETAS.matcher(c().path("optimizer").asText());
            if (!betas.find()) {
                throw new AssertionError("no betas in: " + c().path("optimizer"));
            }
            return new OptimizerSpec.AdamW(
                    Double.parseDouble(betas.group(1)), Double.parseDouble(betas.group(2)), 1e-8);
        }

        SelfDistillation model() {
            Arena arena = new Arena();
            ParameterSource weights = new Renamed(golden, arena, first);
            JsonNode own = c().path("dino_head").isObject() ? c().path("dino_head") : c().path("head");
            Optional<DinoHead.Config> patchHead = c().path("ibot_head").isObject()
                    ? Optional.of(DinoHeadComponent.config(c().path("ibot_head"), golden.source()))
                    : Optional.empty();
            Network.Shape shape = new Network.Shape(
                    OfficialConfig.of(golden), DinoHeadComponent.config(own, golden.source()), patchHead);
            return new SelfDistillation(weights, arena, golden.name(), shape, objective(), p -> p);
        }

        private Objective objective() {
            JsonNode weights = c().path("weights");
            boolean sinkhorn = c().path("centering").asText("").equals("sinkhorn_knopp");
            Matcher neighbours = NEIGHBOURS.matcher(c().path("koleo").asText(""));
            return new Objective(
                    weights.path("dino").asDouble(1),
                    weights.path("ibot").asDouble(0),
                    weights.path("koleo").asDouble(0),
                    new KoLeoLoss(neighbours.find() ? Integer.parseInt(neighbours.group(1)) : 1),
                    sinkhorn ? Objective.Centers.SINKHORN : Objective.Centers.SOFTMAX,
                    c().path("center_momentum").asDouble(0.9),
                    c().path("student_temp").asDouble(),
                    first
                            ? epochs(c().path("teacher_temp_per_epoch"))
                            : listed(c().path("schedules").path("temp")),
                    listed(
                            first
                                    ? c().path("momentum_used")
                                    : c().path("schedules").path("mom")),
                    c().path("local_loss_weight").isArray()
                            ? listed(c().path("local_loss_weight"))
                            : Schedule.constant(1),
                    true,
                    gram(),
                    Schedule.constant(c().path("gram").path("weight").asDouble(1)),
                    c().path("freeze_last_layer_epochs").asLong(0)
                            * c().path("iterations_per_epoch").asLong(1));
        }

        private Optional<GramAnchor> gram() {
            JsonNode g = c().path("gram");
            if (!g.isObject()) {
                return Optional.empty();
            }
            GramLoss.Negatives negatives = g.path("remove_neg").asBoolean()
                    ? GramLoss.Negatives.CLIP
                    : g.path("remove_only_teacher_neg").asBoolean()
                            ? GramLoss.Negatives.CLIP_TEACHER
                            : GramLoss.Negatives.KEEP;
            boolean refreshed = g.path("rep_update").asBoolean();
            return Optional.of(new GramAnchor(
                    new GramLoss(g.path("normalized").asBoolean(), negatives),
                    g.path("img_level").asBoolean(),
                    GramAnchor.Selection.valueOf(
                            g.path("tokens_used").asText("all").toUpperCase(java.util.Locale.ROOT)),
                    g.path("load_ema_at").asLong(-1),
                    g.path("it_first_update").asLong(0),
                    refreshed ? g.path("update_frequency").asLong() : 0,
                    g.path("max_updates").asInt(Integer.MAX_VALUE)));
        }

        private static Schedule listed(JsonNode values) {
            return i -> values.get((int) i).asDouble();
        }

        private Schedule epochs(JsonNode values) {
            int length = c().path("iterations_per_epoch").asInt();
            return i -> values.get((int) i / length).asDouble();
        }

        List<ParameterGroup> groups(SelfDistillation model) {
            if (first) {
                return ParameterGroups.dinoV1(model.variables());
            }
            Layerwise backbone = new Layerwise(
                    c().path("layerwise_decay")
                            .asDouble(c().path("schedules")
                                    .path("layerwise_decay")
                                    .asDouble()),
                    c().path("patch_embed_lr_mult")
                            .asDouble(c().path("schedules")
                                    .path("patch_embed_lr_mult")
                                    .asDouble()),
                    model.shape().backbone().depth(),
                    1);
            List<List<ParameterGroup>> parts = new ArrayList<>();
            for (String part : PARTS) {
                Map<String, Tensor> own = new LinkedHashMap<>();
                model.variables().forEach((name, variable) -> {
                    if (name.startsWith(part)) {
                        own.put(name, variable);
                    }
                });
                parts.add(ParameterGroups.layerwise(own, part.equals(Network.BACKBONE) ? backbone : Layerwise.head()));
            }
            return ParameterGroups.joined(parts);
        }

        /** An anchor with weights of its own. */
        void anchor(SelfDistillation model) {
            try (Scope scope = Scope.inference()) {
                for (String name : golden.weightNames()) {
                    if (name.startsWith("gram_teacher.")) {
                        String own = Network.BACKBONE
                                + name.substring("gram_teacher.".length()).replaceFirst("^backbone\\.", "");
                        Tensor tensor = model.anchor().get(own);
                        if (tensor == null) {
                            throw new AssertionError(
                                    name + " is not among " + model.anchor().keySet());
                        }
                        tensor.copyFrom(BackboneComponent.tensor(golden.weight(name)));
                    }
                }
            }
        }

        private Crops crops(int step) {
            String prefix = "step" + step + "_";
            if (first) {
                List<Tensor> global = new ArrayList<>();
                List<Tensor> local = new ArrayList<>();
                for (int i = 0; i < 2 + c().path("n_local").asInt(); i++) {
                    (i < 2 ? global : local).add(BackboneComponent.tensor(input(prefix + "crop" + i)));
                }
                return new Crops(
                        Tensor.cat(0, global), Optional.of(Tensor.cat(0, local)), Optional.empty(), Optional.empty());
            }
            Optional<Tensor> gram = golden.inputNames().stream().anyMatch(name -> name.endsWith(prefix + "gram"))
                    ? Optional.of(BackboneComponent.tensor(input(prefix + "gram")))
                    : Optional.empty();
            return new Crops(
                    BackboneComponent.tensor(input(prefix + "global")),
                    Optional.of(BackboneComponent.tensor(input(prefix + "local"))),
                    Optional.of(SelfSupervisedLossComponent.masks(input(prefix + "masks"))),
                    gram);
        }

        /** An input by the end of its name: some cases put a letter in front. */
        private FloatArray input(String name) {
            return golden.input(golden.inputNames().stream()
                    .filter(other -> other.endsWith(name))
                    .findFirst()
                    .orElseThrow());
        }

        void step(SelfDistillation model, Optimizer optimizer, int number) {
            Step step = new Step(number, c().path("steps").asInt(), number);
            Map<String, Tensor> centers = model.centers();
            if (second()) { // there, what a step saw moves the center at the beginning of the next
                for (String center : List.of("dino_center", "ibot_center")) {
                    if (check.has(center + "_" + number)) {
                        expectCenter(center + "_" + number, centers.get(center));
                    }
                }
            }
            optimizer.clear();
            model.begin(step);
            try (Scope scope = Scope.open()) {
                Crops crops = crops(number);
                if (check.has("student_out_" + number)) {
                    scores(model, crops, number);
                }
                SelfDistillation.Terms terms = model.learn(crops, 1);
                expectTerms(terms, number);
                expectGradients(model, number);
            }
            clip().apply(model.variables());
            model.beforeUpdate(step);
            JsonNode s = c().path("schedules");
            double rate =
                    (first ? c().path("lr_used") : s.path("lr")).get(number).asDouble();
            optimizer.step(new Optimizer.Settings(
                    rate,
                    first ? rate : s.path("last_lr").get(number).asDouble(),
                    (first ? c().path("wd_used") : s.path("wd")).get(number).asDouble(),
                    0.9));
            model.end(step);
            if (first) {
                check.expect("center_" + number, centers.get("dino_center"));
            }
        }

        private void expectCenter(String name, Tensor center) {
            try (Scope scope = Scope.inference()) {
                check.expect(name, center.reshape(golden.output(name).shape()));
            }
        }

        private void scores(SelfDistillation model, Crops crops, int number) {
            try (Scope scope = Scope.inference()) {
                Network student = model.student().inference();
                Network teacher = model.teacher().inference();
                Tensor global = cls(student, crops.global());
                Tensor local = cls(student, crops.local().orElseThrow());
                check.expect("student_out_" + number, student.classHead().forward(Tensor.cat(0, global, local)));
                check.expect("teacher_out_" + number, teacher.classHead().forward(cls(teacher, crops.global())));
            }
        }

        private static Tensor cls(Network network, Tensor pixels) {
            return network.backbone().forward(pixels).normed().cls();
        }

        private void expectTerms(SelfDistillation.Terms terms, int step) {
            if (first) {
                check.expect("loss_" + step, terms.total());
                return;
            }
            int locals = c().path("n_local").asInt();
            double all = 2 + 2.0 * locals;
            // DINOv2 logs shares of the whole, DINOv3 each loss by itself
            double local = second() ? 2 * locals / all : 1;
            double global = second() ? 2 / all : 1;
            double koleo = second() ? c().path("weights").path("koleo").asDouble() : 1;
            double patches = second() ? 0.5 : 1;
            check.expect("total_loss_" + step, terms.total());
            check.expect(
                    "dino_local_crops_loss_" + step, terms.local().orElseThrow().mul(local));
            check.expect("dino_global_crops_loss_" + step, terms.global().mul(global));
            check.expect("koleo_loss_" + step, terms.koleo().orElseThrow().mul(koleo));
            check.expect("ibot_loss_" + step, terms.patches().orElseThrow().mul(patches));
            if (terms.gram().isPresent()) {
                check.expect("gram_loss_" + step, terms.gram().get());
            }
        }

        private void expectGradients(SelfDistillation model, int step) {
            if (first) {
                List<Float> norms = new ArrayList<>();
                model.variables().values().forEach(v -> norms.add((float) Optimization.gradientNorm(List.of(v))));
                float[] values = new float[norms.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = norms.get(i);
                }
                check.expect("grad_norms_" + step, new long[] {values.length}, inOfficialOrder(model, values));
            } else {
                for (String part : PARTS) {
                    String name = part.replace(".", "") + "_grad_norm_" + step;
                    if (check.has(name)) {
                        check.expect(name, Tensor.of(new float[] {(float) model.gradientNorm(part)}));
                    }
                }
            }
            String gradient = "grad_" + step + ":";
            for (GoldenCase.Output output : golden.outputs()) {
                if (output.name().startsWith(gradient)) {
                    String name = output.name().substring(gradient.length());
                    Tensor got = model.variables().get(own(name)).grad();
                    if (name.endsWith("qkv.bias")) {
                        got = likeOfficialKeys(got, output);
                    }
                    check.expectGradient(output.name(), got);
                }
            }
        }

        /** The norms in the order of the case's weights, which is that of the official module. */
        private float[] inOfficialOrder(SelfDistillation model, float[] values) {
            List<String> names = new ArrayList<>(model.variables().keySet());
            List<String> official = golden.weightNames().stream()
                    .map(this::own)
                    .filter(names::contains)
                    .toList();
            float[] ordered = new float[values.length];
            for (int i = 0; i < ordered.length; i++) {
                ordered[i] = values[names.indexOf(official.get(i))];
            }
            return ordered;
        }

        private GradientClip clip() {
            return first
                    ? new GradientClip.EachVariable(c().path("clip_grad").asDouble())
                    : new GradientClip.EachPart(
                            c().path("clip_grad_per_submodule").asDouble(), PARTS);
        }

        void expectLearned(SelfDistillation model) {
            double rate = 0;
            for (JsonNode value :
                    first ? c().path("lr_used") : c().path("schedules").path("lr")) {
                rate = Math.max(rate, value.asDouble());
            }
            for (GoldenCase.Output output : golden.outputs()) {
                for (String side : List.of("student:", "teacher:")) {
                    if (output.name().startsWith(side)) {
                        String name = output.name().substring(side.length());
                        Map<String, Tensor> tensors = side.equals("student:")
                                ? model.student().tensors()
                                : model.teacher().tensors();
                        try (Scope scope = Scope.inference()) {
                            Tensor got = tensors.get(own(name));
                            check.expectLearned(
                                    output.name(),
                                    name.endsWith("qkv.bias") ? likeOfficialKeys(got, output) : got,
                                    rate);
                        }
                    }
                }
            }
        }

        /** The bias of the keys is noise, as the case says: taken from the case. */
        private static Tensor likeOfficialKeys(Tensor got, GoldenCase.Output output) {
            float[] values = got.toFloats();
            int third = values.length / 3;
            for (int k = 0; k < output.values().length; k++) {
                int index = output.index(k);
                if (index / third == 1) {
                    values[index] = output.values()[k];
                }
            }
            return Tensor.of(values, got.shape());
        }

        private String own(String name) {
            return first && name.startsWith("head.") ? Network.CLASS_HEAD + name.substring("head.".length()) : name;
        }
    }

    /** The case's weights under our names. */
    private record Renamed(CaseParameters weights, boolean first) implements ParameterSource {
        Renamed(GoldenCase golden, Arena arena, boolean first) {
            this(new CaseParameters(golden, "", arena), first);
        }

        @Override
        public Tensor take(String name, Init init, long... shape) {
            return weights.take(
                    first && name.startsWith(Network.CLASS_HEAD)
                            ? "head." + name.substring(Network.CLASS_HEAD.length())
                            : name,
                    init,
                    shape);
        }

        @Override
        public Tensor keep(Tensor derived) {
            return weights.keep(derived);
        }
    }
}
