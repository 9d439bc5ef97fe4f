package io.github.dino4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.ssl.Centering;
import io.github.dino4j.ssl.DinoLoss;
import io.github.dino4j.ssl.GramLoss;
import io.github.dino4j.ssl.KoLeoLoss;
import io.github.dino4j.ssl.MaskedPatchLoss;
import io.github.dino4j.ssl.PatchMasks;
import io.github.dino4j.ssl.SinkhornKnopp;
import io.github.dino4j.ssl.SoftmaxCentering;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import io.github.dino4j.train.Ranks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The losses of self-supervised training, with their gradients. */
final class SelfSupervisedLossComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        String source = golden.source();
        boolean classTokens = source.contains("DINOLoss")
                && golden.config().has("out_dim")
                && !golden.config().has("steps");
        return classTokens
                || source.contains("ibot_patch_loss.py iBOTPatchLoss")
                || source.contains("koleo_loss.py KoLeo")
                || source.contains("gram_loss.py GramLoss");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.open()) {
            String source = golden.source();
            if (source.contains("GramLoss")) {
                gram(golden, check);
            } else if (source.contains("KoLeo")) {
                Tensor x = input(golden, "x").learn();
                Tensor loss = new KoLeoLoss(golden.config().path("topk").asInt(1)).of(x);
                expect(check, "loss", "grad", loss, x);
            } else if (source.contains("iBOTPatchLoss")) {
                patches(golden, check, arena);
            } else if (golden.config().has("ncrops")) {
                first(golden, check, arena);
            } else {
                pairs(golden, check, arena);
            }
        }
    }

    private static void expect(Check check, String loss, String gradient, Tensor value, Tensor input) {
        value.backward();
        check.expect(loss, value);
        check.expectGradient(gradient, input.grad());
        input.clearGrad();
    }

    private static Tensor input(GoldenCase golden, String name) {
        return BackboneComponent.tensor(golden.input(name));
    }

    private static SoftmaxCentering centering(GoldenCase golden, Arena arena, Tensor center) {
        JsonNode c = golden.config();
        SoftmaxCentering centering = new SoftmaxCentering(
                arena, (int) center.size(-1), c.path("center_momentum").asDouble());
        centering.center().copyFrom(center.reshape(1, -1));
        return centering;
    }

    /** DINOv1: two calls in a row, each at its epoch's temperature. */
    private static void first(GoldenCase golden, Check check, Arena arena) {
        JsonNode c = golden.config();
        int warmup = c.path("warmup_teacher_temp_epochs").asInt();
        double low = c.path("warmup_teacher_temp").asDouble();
        double high = c.path("teacher_temp").asDouble();
        float[] temperatures = new float[c.path("nepochs").asInt()];
        for (int i = 0; i < temperatures.length; i++) {
            temperatures[i] = (float) (i < warmup ? low + (high - low) * i / (warmup - 1) : high);
        }
        check.expect("teacher_temp_schedule", new long[] {temperatures.length}, temperatures);
        SoftmaxCentering centering = centering(golden, arena, BackboneComponent.tensor(golden.weight("center")));
        int crops = c.path("ncrops").asInt();
        int[] epochs = {1, 6}; // as the case's note says
        for (int call = 1; call <= 2; call++) {
            Tensor student = input(golden, "student" + call).learn();
            Tensor teacher = input(golden, "teacher" + call);
            long photos = teacher.size(0) / 2;
            long k = teacher.size(1);
            Tensor targets;
            try (Scope scope = Scope.inference()) {
                targets = scope.keep(centering
                        .targets(teacher, temperatures[epochs[call - 1]], Ranks.ONE)
                        .reshape(2, photos, k));
            }
            Tensor loss = DinoLoss.of(
                    student.reshape(crops, photos, k),
                    targets,
                    true,
                    c.path("student_temp").asDouble());
            expect(check, "loss" + call, "grad" + call, loss, student);
            check.expect("center_after" + call, centering.center());
        }
    }

    /** DINOv2 and v3: local and global crops apart. */
    private static void pairs(GoldenCase golden, Check check, Arena arena) {
        JsonNode c = golden.config();
        double temperature = c.path("teacher_temp").asDouble();
        double own = c.path("student_temp").asDouble();
        Tensor scores = input(golden, "teacher_logits");
        boolean sinkhorn = !golden.inputNames().contains("center");
        Centering centering = sinkhorn
                ? new SinkhornKnopp(c.path("n_iterations").asInt())
                : centering(golden, arena, input(golden, "center"));
        Tensor targets = centering.targets(scores, temperature, Ranks.ONE);
        check.expect("teacher_probs", targets);
        if (check.has("center_after")) {
            check.expect("center_after", ((SoftmaxCentering) centering).center());
            check.expect("probs_after", centering.targets(scores, temperature, Ranks.ONE));
        }
        long crops = c.path("teacher_crops").asLong();
        Tensor teacher = targets.reshape(crops, c.path("batch").asLong(), -1);
        Tensor local = input(golden, "student_local").learn();
        expect(check, "loss_local", "grad_local", DinoLoss.of(local, teacher, false, own), local);
        Tensor global = input(golden, "student_global").learn();
        check.expect("loss_global_all", DinoLoss.of(global, teacher, false, own));
        expect(
                check,
                "loss_global_ignore_diagonal",
                "grad_global_ignore_diagonal",
                DinoLoss.of(global, teacher, true, own),
                global);
    }

    private static void patches(GoldenCase golden, Check check, Arena arena) {
        JsonNode c = golden.config();
        double own = c.path("student_temp").asDouble();
        double temperature = c.path("teacher_temp").asDouble();
        PatchMasks masks = masks(golden.input("masks"));
        Tensor targets = new SinkhornKnopp(c.path("n_iterations").asInt())
                .targets(input(golden, "teacher_masked"), temperature, Ranks.ONE);
        check.expect("teacher_probs", targets);
        Tensor student = input(golden, "student_masked").learn();
        Tensor loss = MaskedPatchLoss.of(student.narrow(0, 0, masks.count()), targets, masks, own);
        expect(check, "loss_masked", "grad_masked", loss, student);

        Tensor teacher = input(golden, "teacher_full");
        long[] shape = teacher.shape();
        SoftmaxCentering centering = centering(golden, arena, input(golden, "center"));
        Tensor all = centering.targets(teacher.flatten(0, 1), temperature, Ranks.ONE);
        check.expect("teacher_full_probs", all.reshape(shape));
        check.expect("center_after", centering.center().unsqueeze(0));
        Tensor full = input(golden, "student_full").learn();
        Tensor whole =
                MaskedPatchLoss.of(full.flatten(0, 1).rows(masks.indices()), all.rows(masks.indices()), masks, own);
        expect(check, "loss_full", "grad_full", whole, full);
    }

    static PatchMasks masks(FloatArray stored) {
        int patches = (int) stored.shape()[1];
        List<boolean[]> masks = new ArrayList<>();
        for (int image = 0; image < stored.shape()[0]; image++) {
            boolean[] mask = new boolean[patches];
            for (int patch = 0; patch < patches; patch++) {
                mask[patch] = stored.values()[image * patches + patch] != 0;
            }
            masks.add(mask);
        }
        return new PatchMasks(masks);
    }

    private static void gram(GoldenCase golden, Check check) {
        for (GoldenCase.Output output : golden.outputs()) {
            if (!output.name().startsWith("loss_")) {
                continue;
            }
            String variant = output.name().substring("loss_".length());
            List<String> parts = Arrays.asList(variant.split("_"));
            GramLoss.Negatives negatives = switch (parts.get(2)) {
                case "keep" -> GramLoss.Negatives.KEEP;
                case "rn" -> GramLoss.Negatives.CLIP;
                default -> GramLoss.Negatives.CLIP_TEACHER;
            };
            GramLoss loss = new GramLoss(parts.get(0).equals("n1"), negatives);
            Tensor student = input(golden, "student").learn();
            Tensor teacher = input(golden, "teacher");
            boolean perImage = parts.get(1).equals("i1");
            Tensor value = perImage ? loss.of(student, teacher) : loss.of(student.flatten(0, 1), teacher.flatten(0, 1));
            expect(check, output.name(), "grad_" + variant, value, student);
        }
    }
}
