package io.github.dino4j.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dino4j.backbone.Layers;
import io.github.dino4j.data.DataSet;
import io.github.dino4j.predict.ClassList;
import io.github.dino4j.predict.LoadedHead;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.TinyModel;
import io.github.dino4j.segment.LinearSegmenter;
import io.github.dino4j.segment.SegmentMap;
import io.github.dino4j.segment.SegmentPredictor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippet of package-info. */
class PackageInfoTest {

    @Test
    void evaluatesASplitOfCamVid(@TempDir Path folder) throws Exception {
        Path test = folder.resolve("camvid/test");
        ClassList camVid = ClassList.named("camvid");
        Made.photo(test.resolve("images"), "1", TinyModel.picture(32, 32, 1));
        SegmentMap.of(32, 32, new short[1024], new float[1024], camVid)
                .writeIndexedPng(Files.createDirectories(test.resolve("labels")).resolve("1.png"));
        try (Model model = TinyModel.random();
                SegmentPredictor predictor = SegmentPredictor.of(
                        model,
                        LoadedHead.random(
                                1,
                                p -> new LinearSegmenter(
                                        p, LinearSegmenter.Config.of(model.config(), Layers.last(1), camVid.size()))),
                        camVid)) {

            DataSet set = DataSet.camVid(folder.resolve("camvid"), "test");
            SegmentationResult result = SegmentationEvaluation.of(predictor)
                    .run(set, LocalDate.now(ZoneOffset.UTC), EvaluationListener.NONE);
            System.out.println(result.table());
            result.writeJson(folder.resolve("result.json"));
        }

        assertThat(folder.resolve("result.json")).isNotEmptyFile();
    }
}
