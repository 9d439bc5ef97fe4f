package io.github.dino4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetTest {
    private static final Path DATA = Path.of("../../shared/data");

    @TempDir
    private Path folder;

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    @Test
    void pairsFilesByTheirNameBelowTheFolder() throws IOException {
        Path b = file("images/b.jpg");
        Path c = file("images/city/c.png");
        Path mask = file("masks/b.png");
        Path deep = file("masks/city/c.png");
        file("images/readme.txt");
        file("masks/.hidden.png");

        DataSet set = DataSet.ofFolders("streets", folder.resolve("images"), folder.resolve("masks"));

        assertThat(set.samples()).containsExactly(new Sample("b", b, mask), new Sample("city/c", c, deep));
    }

    @Test
    void namesEveryFileWithoutAPartner() throws IOException {
        file("images/a.jpg");
        Path alone = file("images/b.jpg");
        file("masks/a.png");
        Path surplus = file("masks/c.png");

        assertThatThrownBy(() -> DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")))
                .isInstanceOf(DataSetException.class)
                .hasMessageContainingAll("2 files stand alone", alone + ": has no 'b' in", surplus + ": has no 'c' in");
    }

    @Test
    void refusesTwoPhotosOfOneName() throws IOException {
        file("images/a.jpg");
        file("images/a.png");
        file("masks/a.png");

        assertThatThrownBy(() -> DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")))
                .isInstanceOf(DataSetException.class)
                .hasMessageContaining("a.png: differs from " + folder.resolve("images/a.jpg"));
    }

    @Test
    void listsTwentyBadFilesAndCountsTheRest() throws IOException {
        for (int i = 0; i < 25; i++) {
            file("images/" + i + ".jpg");
        }
        file("masks/x.png");

        assertThatThrownBy(() -> DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")))
                .hasMessageContaining("and 6 more")
                .satisfies(e -> assertThat(((DataSetException) e).files()).hasSize(26));
    }

    @Test
    void saysWhichFolderIsMissingOrEmpty() throws IOException {
        file("images/a.jpg");
        Files.createDirectory(folder.resolve("masks"));

        assertThatThrownBy(() -> DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("nosuch")))
                .hasMessageContaining("nosuch: no such folder");
        assertThatThrownBy(() -> DataSet.ofFolders("s", folder.resolve("images"), folder.resolve("masks")))
                .hasMessageContaining("masks: no file in it that could be used; wanted is a folder of masks (.png)");
    }

    @Test
    void readsTheLayoutOfCamVid() throws IOException {
        file("camvid/val/images/1.jpg");
        file("camvid/val/labels/1.png");

        DataSet set = DataSet.camVid(folder.resolve("camvid"), "val");

        assertThat(set.name()).isEqualTo("CamVid val");
        assertThat(set.size()).isEqualTo(1);
    }

    @Test
    void readsTheLayoutOfIclNuim() throws IOException {
        file("livingroom/color/1.jpg");
        file("livingroom/depth/1.png");

        assertThat(DataSet.iclNuim(folder.resolve("livingroom")).samples())
                .extracting(Sample::name)
                .containsExactly("1");
    }

    @Test
    void saysInItsNameThatItIsAPart() {
        List<Sample> three = List.of(
                new Sample("a", Path.of("a"), Path.of("a")),
                new Sample("b", Path.of("b"), Path.of("b")),
                new Sample("c", Path.of("c"), Path.of("c")));

        DataSet part = DataSet.of("all", three).first(2);

        assertThat(part.name()).isEqualTo("all, first 2 of 3");
        assertThat(part.size()).isEqualTo(2);
    }

    @Test
    void refusesOneNameTwice() {
        Sample a = new Sample("a", Path.of("a"), Path.of("a"));

        assertThatThrownBy(() -> DataSet.of("s", List.of(a, a))).hasMessageContaining("two samples 'a'");
    }

    @Test
    void readsTheDataSetsThemselves() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(DATA), "no ../shared/data beside the repository");
        unpack("camvid.tar.gz");
        unpack("iclnuim_livingroom.tar.gz");

        assertThat(DataSet.camVid(folder.resolve("camvid"), "val").size()).isEqualTo(101);
        assertThat(DataSet.iclNuim(folder.resolve("iclnuim_livingroom")).size()).isEqualTo(180);
    }

    private void unpack(String archive) throws Exception {
        int code = new ProcessBuilder("tar", "xzf", DATA.resolve(archive).toString(), "-C", folder.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertThat(code).isZero();
    }
}
