package io.github.dino4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dino4j.Dino;
import io.github.dino4j.backbone.DepthFusion;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.weights.Checkpoint;
import io.github.dino4j.weights.Checkpoints;
import io.github.dino4j.weights.Safetensors;
import io.github.dino4j.weights.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest {
    private static final Path CAT = Cli.SAMPLES.resolve("cat.jpg");

    @TempDir
    private Path folder;

    @Test
    void listsModels() {
        JsonNode all = Cli.run("models", "--json").exits(0).json();
        Cli some = Cli.run("models", "v3", "satellite").exits(0);

        assertThat(all.size()).isGreaterThan(20);
        assertThat(all.get(0).path("config").path("patch").asInt()).isPositive();
        assertThat(some.out().lines()).hasSize(3).anyMatch(line -> line.contains("dinov3_vitl16_sat493m"));
        Cli.run("models", "nosuchthing").exits(1);
    }

    @Test
    void tellsOfAPublishedModel() throws IOException {
        Path svg = folder.resolve("flow.svg");

        JsonNode info = Cli.run("info", "dinov3_vits16", "--json", "--batch", 2, "--size", "224x448", "--svg", svg)
                .exits(0)
                .json();

        assertThat(info.at("/flow/input").toString()).isEqualTo("[2,3,224,448]");
        assertThat(info.at("/parameters").asLong()).isEqualTo(21_601_152);
        assertThat(info.at("/flow/stages/1/shape").toString()).isEqualTo("[2,397,384]");
        assertThat(info.at("/published/0/licence").asText()).isEqualTo("DINOv3 License");
        assertThat(Files.readString(svg)).startsWith("<").contains("<svg").endsWith("</svg>\n");
    }

    @Test
    void tellsOfAFileThatReadsDepth() {
        Path file = folder.resolve("rgbd.safetensors");
        Checkpoint rgbd = new DepthFusion.Branch().onto(Checkpoints.open(Cli.MODEL));
        Safetensors.write(file, rgbd.weights().tensors(), rgbd.metadata());

        JsonNode info = Cli.run("info", file, "--json").exits(0).json();

        assertThat(info.at("/flow/input/1").asInt()).isEqualTo(4);
        assertThat(info.at("/flow/stages/0/name").asText()).isEqualTo("depth_embed");
        assertThat(info.at("/config/description").asText()).contains("RGB and depth in a branch");
        assertThat(Cli.run("pca", "-m", file, CAT, "-o", folder.resolve("pca.png"))
                        .exits(2)
                        .err())
                .contains("reads 4 channels (RGB and depth), the image has 3 channels (RGB)");
    }

    @Test
    void tellsOfAFile() {
        Cli text = Cli.run("info", Cli.golden("ckpt_mlp_hf.safetensors"), "--explain")
                .exits(0);
        JsonNode json = Cli.run("info", Cli.MODEL, "--json").exits(0).json();

        assertThat(text.out()).contains("DINOv3, Hugging Face", "q_proj.weight", "FLOPs");
        assertThat(json.at("/file/naming").asText()).isEqualTo("DINOv3, official");
        assertThat(json.at("/config/registers").asInt()).isEqualTo(4);
        Cli.run("info", "nosuch").fails(2, "'nosuch'", "dino4j models");
    }

    @Test
    void convertsThereAndBack() throws IOException {
        Path repository = folder.resolve("hf");
        Path timm = folder.resolve("timm.safetensors");
        Path back = folder.resolve("back.safetensors");

        Cli.run("convert", Cli.MODEL, repository, "--naming", "huggingface").exits(0);
        Cli.run("convert", repository, timm, "--naming", "timm").exits(0);
        JsonNode last = Cli.run("convert", timm, back, "--json").exits(0).json(); // the heads stand in the metadata

        assertThat(Cli.files(repository))
                .containsExactly("config.json", "model.safetensors", "preprocessor_config.json");
        assertThat(last.path("naming").asText()).isEqualTo("OFFICIAL_DINOV3");
        StateDict before = Checkpoints.open(Cli.MODEL).weights();
        StateDict after = Checkpoints.open(back).weights();
        after.tensors().forEach((name, tensor) -> {
            if (!name.endsWith("qkv.bias")) { // masked key biases are no weights: they come back as zeros
                assertThat(tensor.toBytes()).as(name).isEqualTo(before.get(name).toBytes());
            }
        });
        assertThat(after.size()).isEqualTo(before.size() - 1); // timm has no mask token; periods are computed again
        try (Dino given = Dino.load(Cli.MODEL);
                Dino converted = Dino.load(repository)) {
            assertThat(converted.features(CAT).embedding())
                    .containsExactly(given.features(CAT).embedding(), Assertions.offset(1e-5f));
        }
    }

    @Test
    void saysWhichModelsHaveAttention() {
        Path convNext = Cli.golden("../hub/hf_dinov3_convnext");

        Cli.run("attention", "-q", "-m", convNext, CAT, "-o", folder.resolve("attention"))
                .fails(1, "dino4j: a ConvNeXt has no attention; vision transformers do");
        assertThat(folder.resolve("attention")).doesNotExist();
    }

    @Test
    void learnsTheForegroundOfPcaFromMasks() throws IOException {
        Path lessons = Files.createDirectory(folder.resolve("lessons"));
        Files.copy(CAT, lessons.resolve("cat.jpg"));
        byte[] rgb = new byte[3 * 640 * 426];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 640 < 320 ? 255 : 0); // the left half
        }
        RgbImage.of(640, 426, rgb).writePng(lessons.resolve("cat.mask.png"));

        JsonNode json = Cli.run(
                        "pca", "-m", Cli.MODEL, CAT, "-o", folder.resolve("pca.png"), "--learn", lessons, "--json")
                .exits(0)
                .json();
        Path unmasked = Files.createDirectory(folder.resolve("unmasked"));
        Files.copy(CAT, unmasked.resolve("cat.jpg"));
        Cli.run("pca", "-m", Cli.MODEL, CAT, "-o", folder.resolve("none.png"), "--learn", unmasked)
                .fails(2, "NAME.mask.png");

        assertThat(json.path("foreground").asBoolean()).isTrue();
        assertThat(folder.resolve("pca.png")).exists();
        assertThat(folder.resolve("none.png")).doesNotExist();
    }

    @Test
    void keepsWhatOnlyTheConfigFilesTellThroughEveryNaming() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        Path original = Cli.golden("../hub/hf_dinov3_vit");
        Files.copy(original.resolve("model.safetensors"), source.resolve("model.safetensors"));
        String config = Files.readString(original.resolve("config.json"))
                .replaceFirst("\"rope_theta\": *100\\.0", "\"rope_theta\": 50.0")
                .replaceFirst("\"layer_norm_eps\": *1e-05", "\"layer_norm_eps\": 0.001");
        Files.writeString(source.resolve("config.json"), config);
        String images =
                Files.readString(original.resolve("preprocessor_config.json")).replace("0.485", "0.5");
        Files.writeString(source.resolve("preprocessor_config.json"), images);
        try (Dino dino = Dino.load(source)) {
            float[] expected = dino.features(CAT).embedding();
            for (String naming : List.of("official", "huggingface", "timm")) {
                Path file = folder.resolve(naming + ".safetensors");
                Cli.run("convert", source, file, "--naming", naming).exits(0);
                try (Dino converted = Dino.load(file)) {
                    assertThat(converted.features(CAT).embedding())
                            .as(naming)
                            .containsExactly(expected, Assertions.offset(1e-5f));
                }
            }
        }
    }

    @Test
    void writesShardsThatLoadAsOneModel() throws IOException {
        Path repository = folder.resolve("sharded");

        Cli.run("convert", Cli.MODEL, repository, "--naming", "huggingface", "--max-shard", 1)
                .exits(0);
        Cli.run("convert", Cli.MODEL, folder.resolve("one.safetensors"), "--max-shard", 1)
                .fails(2, "need a folder");

        assertThat(Cli.files(repository))
                .contains("model-00001-of-00001.safetensors", "model.safetensors.index.json", "config.json");
        try (Dino given = Dino.load(Cli.MODEL);
                Dino sharded = Dino.load(repository)) {
            assertThat(sharded.features(CAT).embedding())
                    .containsExactly(given.features(CAT).embedding(), Assertions.offset(1e-5f));
        }
    }

    @Test
    void roundsToHalfPrecisionAsPyTorchDoes() {
        Path half = folder.resolve("half.safetensors");
        Path bfloat = folder.resolve("bfloat.safetensors");

        Cli.run("convert", Cli.MODEL, half, "--dtype", "float16").exits(0);
        // The reference file was made from the float16 one.
        Cli.run("convert", half, bfloat, "--dtype", "bfloat16").exits(0);

        assertSame(
                Checkpoints.open(half).weights(),
                Checkpoints.open(Cli.golden("ckpt_mlp_fp16.safetensors")).weights());
        assertSame(
                Checkpoints.open(bfloat).weights(),
                Checkpoints.open(Cli.golden("ckpt_mlp_bf16.safetensors")).weights());
    }

    private static void assertSame(StateDict actual, StateDict expected) {
        assertThat(actual.names()).containsExactlyInAnyOrderElementsOf(expected.names());
        actual.tensors()
                .forEach((name, tensor) -> assertThat(tensor.toBytes())
                        .as(name)
                        .isEqualTo(expected.get(name).toBytes()));
    }

    @Test
    void leavesNothingOfAConversionThatFails() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        Cli.run("convert", Cli.MODEL, file.resolve("out.safetensors")).fails(1, "out.safetensors", "cannot be written");
        Cli.run("convert", Cli.MODEL, file.resolve("hf"), "--naming", "huggingface")
                .fails(1, "cannot be written");
        Path copy = Files.copy(Cli.MODEL, folder.resolve("copy.safetensors"));
        Cli.run("convert", copy, copy).fails(2, "is the source itself");

        assertThat(Cli.files(folder)).containsExactly("copy.safetensors", "file");
        assertThat(Files.size(copy)).isEqualTo(Files.size(Cli.MODEL));
    }

    @Test
    void exportsToOnnxAndTellsHowFarItIsOff() throws IOException {
        Path file = folder.resolve("model.onnx");

        Cli text = Cli.run("onnx", "-m", Cli.MODEL, "-o", file).exits(0);
        JsonNode open = Cli.run("onnx", "-m", Cli.MODEL, "-o", file, "--dynamic", "--operators", "standard", "--json")
                .exits(0)
                .json();
        JsonNode int8 = Cli.run("onnx", "-m", Cli.MODEL, "-o", file, "--size", "64x96", "--int8", "--json")
                .exits(0)
                .json();

        assertThat(text.out()).contains("model.onnx: 0.3 MB, float32, 224x224 pixels");
        assertThat(text.err()).contains("licence of the weights", "worst token cosine 1.0000");
        assertThat(open.path("size").asText()).isEqualTo("dynamic");
        assertThat(open.at("/check/maxAbs").asDouble()).isBetween(0.0, 1e-4);
        assertThat(open.at("/check/outputs/0/images/height").asInt()).isEqualTo(64);
        assertThat(int8.at("/check/worstTokenCosine").asDouble()).isBetween(0.98, 1.0);
        assertThat(int8.path("bytes").asLong()).isEqualTo(Files.size(file));
    }

    @Test
    void refusesWhatCannotBecomeOnnx() throws IOException {
        Path file = folder.resolve("model.onnx");

        Cli.run("onnx", "-m", Cli.golden("../hub/hf_dinov3_convnext"), "-o", file)
                .fails(2, "a ConvNeXt cannot be written as ONNX");
        Cli.run("onnx", "-m", Cli.MODEL, "-o", file, "--size", "230").fails(2, "such as 224 x 224");
        Cli.run("onnx", "-m", Cli.MODEL, "-o", file, "--size", "64", "--dynamic")
                .fails(2, "exclude each other");
        Cli.run("onnx", "-m", Cli.MODEL, "-o", folder.resolve("nosuch/m.onnx")).fails(1, "there is no folder");

        assertThat(Cli.files(folder)).isEmpty();
    }

    @Test
    void paintsComponentsInOneBasis() throws IOException {
        Path pictures = folder.resolve("pictures");

        Cli run = Cli.run("pca", "-m", Cli.MODEL, "--size", 96, "-o", pictures, CAT, Cli.SAMPLES.resolve("dogs.jpg"))
                .exits(0);
        Cli.run("pca", "-q", "-m", Cli.MODEL, "--size", 96, "--whole", "-o", folder.resolve("cat.png"), CAT)
                .exits(0);

        assertThat(run.err()).contains("of the variance");
        assertThat(Cli.files(pictures)).containsExactly("cat-pca.png", "dogs-pca.png", "sheet.png");
        assertThat(ImageDecoder.standard().read(folder.resolve("cat.png")).width())
                .isEqualTo(640);
    }

    @Test
    void drawsAttention() throws IOException {
        Path heads = folder.resolve("heads");

        JsonNode json = Cli.run("attention", "-q", "-m", Cli.MODEL, "--size", 96, "-o", heads, CAT, "--json")
                .exits(0)
                .json();

        assertThat(json.path("heads")).hasSize(3);
        assertThat(json.path("heads").get(0)).hasSize(36);
        assertThat(Cli.files(heads)).hasSize(8).contains("heads.png", "masks.png", "head-2.png", "mask-2.png");
        Cli.run("attention", "-q", "-m", Cli.MODEL, "-o", heads, CAT, "--block", 7)
                .fails(2, "layer 7");
    }

    @Test
    void findsAPointInAnotherImage() {
        Path out = folder.resolve("sim.png");

        JsonNode json = Cli.run(
                        "similarity",
                        "-q",
                        "-m",
                        Cli.MODEL,
                        "--size",
                        96,
                        "-o",
                        out,
                        "--at",
                        "50%,50%",
                        CAT,
                        CAT,
                        "--json")
                .exits(0)
                .json();

        assertThat(json.at("/best/cosine").asDouble()).isCloseTo(1, Assertions.offset(1e-5));
        assertThat(json.at("/best/row").asInt()).isEqualTo(json.at("/query/row").asInt());
        assertThat(ImageDecoder.standard().read(out).width()).isGreaterThan(1000);
        Cli.run("similarity", "-q", "-m", Cli.MODEL, "-o", out, "--at", "9000,5", CAT)
                .fails(2, "outside the photo");
        Cli.run("similarity", "-q", "-m", Cli.MODEL, "-o", out, "--at", "here", CAT)
                .fails(2, "'here' is no point");
    }

    @Test
    void demoEndsWithThePathOfItsPage() throws IOException {
        Path out = folder.resolve("demo");

        Cli run = Cli.run("demo", "--size", 96, "--out", out).exits(0);

        Path page = Path.of(run.out().strip());
        assertThat(page).isAbsolute().endsWith(Path.of("demo", "index.html"));
        assertThat(Files.readString(page))
                .contains("The weights are drawn at random from seed", "cat.jpg", "mountain-path.jpg")
                .contains("Principal components", "Attention of the class token", "Similarity", "Nearest other photo")
                .contains("Embedding", "Times", "The way of an image")
                .doesNotContain("http://", "https://", "<script");
    }

    @Test
    void demoTakesAModelAndPhotos() {
        Cli run = Cli.run("demo", "-m", Cli.MODEL, "--size", 96, "--out", folder, CAT)
                .exits(0);

        assertThat(run.err()).contains("licence of the weights");
    }

    @Test
    void measuresAModel() {
        Object[] quick = {
            "bench",
            "-q",
            "-m",
            Cli.MODEL,
            "--sizes",
            "32,32x48",
            "--rounds",
            1,
            "--threads",
            1,
            "--precisions",
            "plain,float32",
            "--noise-images",
            2,
            "--no-memory"
        };

        JsonNode json = Cli.run(with(quick, "--json")).exits(0).json();
        Cli text = Cli.run(quick).exits(0);
        Cli csv = Cli.run(with(quick, "--csv")).exits(0);
        JsonNode split = Cli.run(with(quick, "--json", "--profile")).exits(0).json();

        assertThat(json.path("rows")).hasSize(4);
        assertThat(json.at("/rows/0/millisMin").asDouble()).isPositive();
        assertThat(json.at("/rows/3/width").asInt()).isEqualTo(48);
        assertThat(json.at("/rows/3/worstCosine").asDouble()).isGreaterThan(0.9999);
        assertThat(text.out().lines()).hasSize(7).anyMatch(line -> line.startsWith("float32    32x48"));
        assertThat(csv.out().lines()).hasSize(5).anyMatch(line -> line.startsWith("plain,32,32,1,1,"));
        assertThat(split.path("profiles")).hasSize(4);
        Cli.run("bench", "-q", "-m", Cli.MODEL, "--sizes", 100).fails(2, "multiples of");
        Cli.run("bench", "--random").fails(2, "--model");
        Cli.run("bench").fails(2, "-m PATH");
    }

    private static Object[] with(Object[] arguments, Object... more) {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray();
    }

    @Test
    void helpsAndCompletes() {
        assertThat(Cli.run("--help").exits(0).out()).contains("Exit codes", "features", "demo");
        assertThat(Cli.run("features", "--help").exits(0).out()).contains("Examples:", "--sizing", "@list.txt");
        assertThat(Cli.run("completion").exits(0).out()).startsWith("#!").contains("complete -F", "--naming");
        Cli.run().fails(2, "a command is missing");
        Cli.run("feature").fails(2, "Unmatched argument", "Did you mean");
        Cli.run("features", "-o", "f.npy").fails(2, "--model-file");
    }

    @ParameterizedTest
    @CsvSource({
        "--model, dinov3_vits16",
        "--part, student",
        "--heads, 3",
        "--reference, meta",
        "--rope, fp32",
        "--memory, float32"
    })
    void refusesToReadAFileThatARandomModelDoesNotHave(String option, String value) {
        Cli.run("features", "-m", "random:7", option, value, "-o", folder.resolve("f.npy"), Cli.SAMPLES)
                .fails(2, option + " tells how a checkpoint is read", "name a file with -m");
        Cli.run("demo", "--out", folder.resolve("demo"), option, value)
                .fails(2, option + " tells how a checkpoint is read");
    }
}
