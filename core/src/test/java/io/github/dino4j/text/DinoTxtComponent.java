package io.github.dino4j.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.backbone.Backbone;
import io.github.dino4j.backbone.Tokens;
import io.github.dino4j.backbone.VitConfig;
import io.github.dino4j.golden.CaseParameters;
import io.github.dino4j.golden.Check;
import io.github.dino4j.golden.GoldenComponent;
import io.github.dino4j.golden.OfficialConfig;
import io.github.dino4j.nn.Parameters;
import io.github.dino4j.tensor.Arena;
import io.github.dino4j.tensor.Scope;
import io.github.dino4j.tensor.Tensor;
import io.github.dino4j.testkit.FloatArray;
import io.github.dino4j.testkit.GoldenCase;
import java.util.Optional;

/** dino.txt: vision head and text tower, in every variant of the official configuration. */
public final class DinoTxtComponent implements GoldenComponent {
    @Override
    public boolean handles(GoldenCase golden) {
        return golden.source().contains("dinov3/eval/text/dinotxt_model.py")
                && golden.config().has("dinotxt");
    }

    @Override
    public void run(GoldenCase golden, Check check) {
        try (Arena arena = new Arena();
                Scope scope = Scope.inference()) {
            VitConfig vit = (VitConfig) OfficialConfig.of(golden);
            Backbone backbone =
                    Backbone.of(vit, Parameters.of(new CaseParameters(golden, "visual_model.backbone.", arena)));
            DinoTxt model = new DinoTxt(Parameters.of(new CaseParameters(golden, "", arena)), config(golden, vit));
            FloatArray image = golden.input("image");

            Tokens read = model.vision().read(backbone, Tensor.of(image.values(), image.shape()));
            AlignedTokens aligned = model.vision().align(read);
            Tensor imageFeatures = model.vision().feature(aligned);
            long[][] ids = ids(golden.input("text"));
            Tensor textFeatures = model.text().features(ids);
            Tensor images = DinoTxt.normalised(imageFeatures);
            Tensor texts = DinoTxt.normalised(textFeatures);

            check.expect("backbone_patch_tokens", read.patches());
            check.expect("patch_tokens", aligned.patches());
            check.expect("image_features_unnormalised", imageFeatures);
            check.expect("image_features", images);
            check.expect("text_backbone_tokens", model.text().tokens(ids));
            check.expect("text_features_unnormalised", textFeatures);
            check.expect("text_features", texts);
            check.expect("logit_scale", model.scale());
            check.expect("image_logits", images.matmul(texts.transpose(0, 1)).mul(model.scale()));
        }
    }

    private static DinoTxtConfig config(GoldenCase golden, VitConfig vit) {
        JsonNode c = golden.config().path("dinotxt");
        JsonNode t = golden.config().path("text");
        int embedDim = c.path("embed_dim").asInt();
        boolean cls = c.path("vision_model_use_class_token").asBoolean();
        boolean patches = c.path("vision_model_use_patch_tokens").asBoolean();
        int parts = cls && patches ? 2 : 1;
        VisionConfig vision = new VisionConfig(
                vit.dim(),
                vit.heads(),
                c.path("vision_model_num_head_blocks").asInt(),
                VisionConfig.hidden(vit.dim()),
                cls,
                patches,
                c.path("vision_model_use_linear_projection").asBoolean() || parts * vit.dim() != embedDim,
                c.path("vision_model_patch_tokens_pooler_type").asText().equals("max")
                        ? VisionConfig.Pooling.MAX
                        : VisionConfig.Pooling.MEAN,
                c.path("vision_model_patch_token_layer").asInt());
        int dim = t.path("dim").asInt();
        TextConfig text = new TextConfig(
                t.path("context_length").asInt(),
                t.path("vocab_size").asInt(),
                dim,
                t.path("num_heads").asInt(),
                t.path("num_layers").asInt(),
                (int) (dim * t.path("ffn_ratio").asDouble()),
                t.path("is_causal").asBoolean(),
                t.path("ls_init_value").isNumber()
                        ? Optional.of(t.path("ls_init_value").asDouble())
                        : Optional.empty(),
                c.path("text_model_num_head_blocks").asInt(),
                c.path("text_model_head_blocks_is_causal").asBoolean(),
                c.path("text_model_use_linear_projection").asBoolean() || dim != embedDim,
                switch (c.path("text_model_tokens_pooler_type").asText()) {
                    case "first" -> TextConfig.Pooling.FIRST;
                    case "last" -> TextConfig.Pooling.LAST;
                    default -> TextConfig.Pooling.END;
                });
        return new DinoTxtConfig(embedDim, vision, text);
    }

    private static long[][] ids(FloatArray values) {
        int length = (int) values.shape()[1];
        long[][] ids = new long[(int) values.shape()[0]][length];
        for (int i = 0; i < values.values().length; i++) {
            ids[i / length][i % length] = (long) values.values()[i];
        }
        return ids;
    }
}
