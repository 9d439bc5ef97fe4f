package io.github.dino4j.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.predict.ClassList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationMetricsTest {
    @Test
    void countsTheTrueClassAmongTheFiveLargest() {
        ClassificationMetrics metrics = new ClassificationMetrics(ClassList.numbered(6));
        metrics.add(new double[] {6, 5, 4, 3, 2, 1}, 4);
        metrics.add(new double[] {6, 5, 4, 3, 2, 1}, 5);
        metrics.add(new double[] {6, 5, 4, 3, 2, 1}, 0);
        assertThat(metrics.top1()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(metrics.top5()).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void ofEqualScoresTheLowestClassStandsFirst() {
        ClassificationMetrics metrics = new ClassificationMetrics(ClassList.numbered(2));
        metrics.add(new double[] {1, 1}, 1);
        assertThat(metrics.confused(1, 0)).isEqualTo(1);
    }

    @Test
    void aClassWithoutImagesStaysOutOfTheMean() {
        ClassificationMetrics metrics = new ClassificationMetrics(ClassList.numbered(3));
        metrics.add(new double[] {1, 0, 0}, 0);
        metrics.add(new double[] {1, 0, 0}, 1);
        assertThat(metrics.recall(2)).isNaN();
        assertThat(metrics.meanRecall()).isEqualTo(0.5);
    }

    @Test
    void refusesScoresThatAreNotANumber() {
        ClassificationMetrics metrics = new ClassificationMetrics(ClassList.numbered(2));
        assertThatThrownBy(() -> metrics.add(new double[] {1, Double.NaN}, 0)).hasMessageContaining("class 1 is NaN");
    }

    @Test
    void theConfusionMatrixIsASquareWithNames() throws IOException {
        ClassificationMetrics metrics = new ClassificationMetrics(ClassList.of(
                "cifar10",
                List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")));
        for (int i = 0; i < 400; i++) {
            double[] scores = new double[10];
            scores[i % 7 == 0 ? (i * 3 + 1) % 10 : i % 10] = 1;
            metrics.add(scores, i % 10);
        }
        Path folder = Files.createDirectories(Path.of("target", "pictures"));
        metrics.confusionPicture().writePng(folder.resolve("confusion.png"));
        assertThat(metrics.confusionPicture().width()).isGreaterThan(420);
    }

    @Test
    void averagePrecisionIsTheMeanPrecisionAtTrueImages() {
        MultiLabelMetrics metrics = new MultiLabelMetrics(1);
        metrics.add(new double[] {0.9}, new boolean[] {true});
        metrics.add(new double[] {0.8}, new boolean[] {false});
        metrics.add(new double[] {0.7}, new boolean[] {true});
        assertThat(metrics.meanAveragePrecision()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
    }

    @Test
    void imagesOfEqualScoreComeTogether() {
        MultiLabelMetrics metrics = new MultiLabelMetrics(1);
        metrics.add(new double[] {0.5}, new boolean[] {true});
        metrics.add(new double[] {0.5}, new boolean[] {false});
        assertThat(metrics.averagePrecision(0)).isEqualTo(0.5);
    }
}
