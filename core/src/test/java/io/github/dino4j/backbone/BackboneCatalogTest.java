package io.github.dino4j.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.backbone.BackboneCatalog.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BackboneCatalogTest {
    static List<Entry> entries() {
        return BackboneCatalog.entries();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void listsTheParametersAndMultiplyAddsThatTheModelHas(Entry entry) {
        TensorFlow flow = TensorFlow.of(entry.config(), 1, entry.size(), entry.size());

        assertThat(flow.parameters()).isEqualTo(entry.parameters());
        assertThat(flow.macs() / 1e9).isCloseTo(entry.gmacs(), within(0.005));
    }

    /** Totals printed from the official modules. */
    @ParameterizedTest
    @CsvSource({
        "dino_vitt16,5524416",
        "dino_vits16,21665664",
        "dino_vits8,21670272",
        "dino_vitb16,85798656",
        "dino_vitb8,85807872",
        "dinov2_vits14,22056576",
        "dinov2_vitb14,86580480",
        "dinov2_vitb14_reg,86583552",
        "dinov2_vitl14,304368640",
        "dinov2_vitg14,1136480768",
        "dinov3_vits16,21601152",
        "dinov3_vits16plus,28697472",
        "dinov3_vitb16,85669632",
        "dinov3_vitl16,303154176",
        "dinov3_vitl16_sat493m,303156224",
        "dinov3_vitl16plus,403915776",
        "dinov3_vith16plus,840633600",
        "dinov3_convnext_tiny,27820128",
        "dinov3_convnext_small,49454688",
        "dinov3_convnext_base,87566464",
        "dinov3_convnext_large,196230336"
    })
    void hasTheOfficialNumberOfParameters(String name, long parameters) {
        assertThat(TensorFlow.parameters(BackboneCatalog.get(name).config())).isEqualTo(parameters);
    }

    /** Billions of multiply-adds as timm's result files publish them; they count biases and norms a little otherwise. */
    @ParameterizedTest
    @CsvSource({
        "dino_vits16,224,4.61",
        "dino_vitb16,224,17.58",
        "dino_vits8,224,22.44",
        "dino_vitb8,224,78.22",
        "dinov2_vits14,518,46.76",
        "dinov2_vitb14,518,151.71",
        "dinov2_vitl14,518,507.15",
        "dinov2_vitg14,518,1784.2",
        "dinov2_vits14_reg,518,46.95",
        "dinov3_vits16,256,6.26",
        "dinov3_vits16plus,256,8.11",
        "dinov3_vitb16,256,23.60",
        "dinov3_vitl16,256,82.43",
        "dinov3_vith16plus,256,224.88",
        "dinov3_convnext_tiny,224,4.47",
        "dinov3_convnext_small,224,8.71",
        "dinov3_convnext_base,224,15.38",
        "dinov3_convnext_large,224,34.40"
    })
    void countsMultiplyAddsAsPublished(String name, int side, double gmacs) {
        double counted =
                TensorFlow.of(BackboneCatalog.get(name).config(), 1, side, side).macs() / 1e9;

        assertThat(counted / gmacs).isCloseTo(1, within(0.01));
    }

    @Test
    void sevenBillionMeans6716Million() {
        assertThat(TensorFlow.parameters(BackboneCatalog.get("dinov3-vit7b16").config()) / 1_000_000)
                .isEqualTo(6716);
    }

    @Test
    void namesTheCatalogueWhereANameIsUnknown() {
        assertThatThrownBy(() -> BackboneCatalog.get("dinov4_vits16"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dinov4_vits16")
                .hasMessageContaining("dinov3_vits16");
    }
}
