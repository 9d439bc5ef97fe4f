package io.github.dino4j.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dino4j.image.Box;
import io.github.dino4j.image.CropRounding;
import io.github.dino4j.image.ImageDecoder;
import io.github.dino4j.image.Normalisation;
import io.github.dino4j.image.RgbImage;
import io.github.dino4j.image.Sizing;
import io.github.dino4j.image.Transform;
import io.github.dino4j.predict.Model;
import io.github.dino4j.predict.NotFiniteException;
import io.github.dino4j.predict.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Photos to vectors, folders to indices. */
class IndexJobTest {
    @TempDir
    private Path temp;

    private Path photos = Path.of("");
    private Model model = TinyModel.random();
    /** The class token of a random model hardly depends on the photo: its LayerScale begins near 0. */
    private DescriptorReader reader =
            DescriptorReader.whole(model, 64).with(Pooling.MEAN).withGrid(2);

    @BeforeEach
    void fill() throws IOException {
        photos = temp.resolve("photos");
        Files.createDirectories(photos.resolve("below"));
        for (int i = 0; i < 12; i++) {
            TinyModel.picture(60 + i, 48, 10 * i)
                    .writePng(photos.resolve(i % 2 == 0 ? i + ".png" : "below/" + i + ".png"));
        }
    }

    @AfterEach
    void close() {
        model.close();
    }

    private ImageIndex create() {
        return ImageIndex.create(temp.resolve("index"), reader.spaces(), IndexOptions.DEFAULT);
    }

    private IndexJob.Summary run(ImageIndex index) {
        return new IndexJob(reader, ImageDecoder.standard())
                .run(IndexJob.photos(photos), index, IndexJob.Listener.NONE);
    }

    @Test
    void aFolderIsIndexedOnceAndChangesAreFollowed() throws IOException {
        try (ImageIndex index = create()) {
            IndexJob.Summary first = run(index);
            assertThat(first.added()).isEqualTo(12);
            assertThat(index.size()).isEqualTo(12);
            assertThat(index.parts()).isEqualTo(48);
            assertThat(index.images()).containsKey("below/3.png");

            RgbImage photo = ImageDecoder.standard().read(photos.resolve("below/3.png"));
            Hit hit = index.search(Query.of(reader.space(), reader.read(photo), 1))
                    .get(0);
            assertThat(hit.id()).isEqualTo("below/3.png");
            assertThat(hit.similarity()).isCloseTo(1, within(1e-5));

            TinyModel.picture(50, 50, 77).writePng(photos.resolve("0.png")); // changed
            Files.delete(photos.resolve("2.png"));
            TinyModel.picture(50, 40, 78).writePng(photos.resolve("new.png"));
            IndexJob.Summary second = run(index);
            assertThat(List.of(second.added(), second.changed(), second.unchanged(), second.deleted()))
                    .containsExactly(1, 1, 10, 1);
            assertThat(index.images()).hasSize(12).containsKey("new.png").doesNotContainKey("2.png");
            RgbImage changed = ImageDecoder.standard().read(photos.resolve("0.png"));
            assertThat(index.search(Query.of(reader.space(), reader.read(changed), 1))
                            .get(0)
                            .id())
                    .isEqualTo("0.png");
            assertThat(run(index).unchanged()).isEqualTo(12);
        }
    }

    @Test
    void aPhotoThatCannotBeReadIsToldAndForgotten() throws IOException {
        try (ImageIndex index = create()) {
            run(index);
            Files.writeString(photos.resolve("4.png"), "no picture");
            IndexJob.Summary summary = run(index);
            assertThat(summary.failed()).hasSize(1);
            assertThat(summary.failed().get(0).reason()).contains("4.png");
            assertThat(summary.changed() + summary.added()).isZero();
            assertThat(index.images()).hasSize(11).doesNotContainKey("4.png");
        }
    }

    @Test
    void anotherModelPoolingOrSizeIsRefusedBeforeAnyPhotoIsRead() {
        try (ImageIndex index = create();
                Model other = Model.random(TinyModel.CONFIG, 2)) {
            run(index);
            for (DescriptorReader wrong : List.of(
                    DescriptorReader.whole(other, 64).with(Pooling.MEAN).withGrid(2),
                    reader.with(Pooling.CLS),
                    DescriptorReader.whole(model, 96).with(Pooling.MEAN).withGrid(2),
                    reader.withScales(DescriptorReader.MULTI_SCALE),
                    reader.withGrid(0),
                    reader.withGrid(3))) {
                assertThatThrownBy(() -> new IndexJob(wrong, ImageDecoder.standard())
                                .run(IndexJob.photos(photos), index, IndexJob.Listener.NONE))
                        .isInstanceOf(RetrievalException.class)
                        .hasMessageContaining("index");
            }
            assertThat(index.size()).isEqualTo(12);
        }
    }

    @Test
    void featuresThatAreNotFiniteEndTheJobAndAreNotRanked() {
        // A photo of finite values whose normalisation overflows: the model's answer is NaN.
        Transform overflow = reader.transform()
                .withNormalisation(Normalisation.of(new float[] {0, 0, 0}, new float[] {1e-38f, 1e-38f, 1e-38f}));
        DescriptorReader broken = reader.with(overflow);
        try (ImageIndex index = ImageIndex.create(temp.resolve("nan"), broken.spaces(), IndexOptions.DEFAULT)) {
            assertThatThrownBy(() -> new IndexJob(broken, ImageDecoder.standard())
                            .run(IndexJob.photos(photos), index, IndexJob.Listener.NONE))
                    .isInstanceOf(NotFiniteException.class);
            assertThat(index.size()).isZero();
        }
    }

    @Test
    void partsAreMeansOfCellsAndLieInThePhoto() {
        RgbImage photo = TinyModel.picture(128, 96, 5);
        DescriptorReader.Described described = reader.readAll(List.of(photo)).get(0);
        assertThat(described.vector()).hasSize(48);
        assertThat(described.parts()).hasSize(4);
        assertThat(described.parts().get(0).place()).isEqualTo(new Box(0, 0, 64, 48));
        assertThat(described.parts().get(3).place()).isEqualTo(new Box(64, 48, 128, 96));
        // The cell at the lower right is what a point in its middle asks for.
        IndexedImage.Part asked = reader.readPart(photo, 100, 80);
        assertThat(Vectors.dot(
                        Vectors.unit(asked.vector(), "a"),
                        Vectors.unit(described.parts().get(3).vector(), "b")))
                .isCloseTo(1, within(1e-5f));
        assertThatThrownBy(() -> reader.readPart(photo, 128, 20)).hasMessageContaining("outside of the photo");
        DescriptorReader cropping = reader.with(
                Transform.dinoV1Eval().withSizing(new Sizing.ShorterSideThenCrop(64, 64, CropRounding.HALF_EVEN)));
        assertThatThrownBy(() -> cropping.readPart(photo, 2, 50)).hasMessageContaining("does not look");
    }

    @Test
    void severalScalesAreAveragedAndTheirOrderDoesNotMatter() {
        RgbImage photo = TinyModel.picture(128, 96, 5);
        float[] one = reader.read(photo);
        float[] both = reader.withScales(List.of(1.0, 0.5)).read(photo);
        float[] turned = reader.withScales(List.of(0.5, 1.0)).read(photo);
        assertThat(both).containsExactly(turned, within(1e-5f));
        assertThat(Vectors.dot(both, both)).isCloseTo(1, within(1e-5f));
        assertThat(Vectors.dot(Vectors.unit(one, "one"), both)).isBetween(0.1f, 0.9999f);
        assertThatThrownBy(() -> reader.withScales(List.of())).hasMessageContaining("scales");
    }

    @Test
    void aBatchGivesWhatEachPhotoGives() {
        List<RgbImage> photos = IntStream.range(0, 3)
                .mapToObj(i -> TinyModel.picture(70, 50 + i, i))
                .toList();
        List<DescriptorReader.Described> together =
                reader.with(Pooling.clsGem(4)).readAll(photos);
        for (int i = 0; i < 3; i++) {
            assertThat(together.get(i).vector())
                    .hasSize(96)
                    .containsExactly(reader.with(Pooling.clsGem(4)).read(photos.get(i)), within(1e-4f));
        }
    }

    @Test
    void aThumbnailKeepsTheAspectAndNeverGrows() {
        Transform thumbnail = DescriptorReader.landmarks(model).transform();
        for (int[] size :
                new int[][] {{640, 480, 224, 168}, {480, 640, 168, 224}, {100, 80, 100, 80}, {1000, 3, 224, 1}}) {
            var pixels = thumbnail.apply(TinyModel.picture(size[0], size[1], 1));
            assertThat(List.of(pixels.width(), pixels.height())).containsExactly(size[2], size[3]);
        }
        // 333 x 500 at 224: 149.184 columns; 149 / 224 is nearer to the aspect than 150 / 224.
        assertThat(thumbnail.apply(TinyModel.picture(333, 500, 1)).width()).isEqualTo(149);
    }

    @Test
    void nearDuplicatesHangTogetherThroughOthers() {
        FeatureSpace plane = FeatureSpace.named("plane", 2);
        try (ImageIndex index = ImageIndex.create(temp.resolve("plane"), Spaces.whole(plane), IndexOptions.DEFAULT)) {
            try (IndexUpdate update = index.update()) {
                // Angles in radians: a - b - c hang together by 0.1 each; d stands alone; e and f are copies.
                double[] angles = {0, 0.1, 0.2, 1, 2, 2};
                for (int i = 0; i < angles.length; i++) {
                    update.put(IndexedImage.of(
                            String.valueOf((char) ('a' + i)),
                            new float[] {(float) Math.cos(angles[i]), (float) Math.sin(angles[i])}));
                }
                update.put(IndexedImage.of("gone", new float[] {1, 0}));
                update.commit();
                update.delete("gone");
                update.commit();
            }
            List<NearDuplicates.Group> groups = NearDuplicates.groups(index, Math.cos(0.11), done -> {});
            assertThat(groups).hasSize(2);
            assertThat(groups.get(0).members().stream().map(NearDuplicates.Member::id))
                    .containsExactly("a", "b", "c");
            assertThat(groups.get(0).members().get(2).similarity()).isCloseTo(Math.cos(0.1), within(1e-5));
            assertThat(groups.get(1).members().stream().map(NearDuplicates.Member::id))
                    .containsExactly("e", "f");
            assertThat(NearDuplicates.groups(index, 1, done -> {})).hasSize(1);
            assertThatThrownBy(() -> NearDuplicates.groups(index, 0, done -> {}))
                    .hasMessageContaining("above 0");
        }
    }
}
