package io.github.dino4j.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
    @TempDir
    Path root = Path.of("");

    @BeforeEach
    void layOut() throws IOException {
        for (String name : List.of(
                "b.jpg",
                "a.PNG",
                "notes.md",
                ".hidden.jpg",
                "sub/c.webp",
                "sub/deep/d.jpg",
                ".cache/e.jpg",
                "odd[1].jpg")) {
            Path file = root.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[] {1});
        }
    }

    private List<String> expand(String... arguments) {
        return ImageFolder.expand(List.of(arguments)).stream()
                .map(path -> root.relativize(path.normalize()).toString().replace('\\', '/'))
                .toList();
    }

    @Test
    void searchesAFolderToItsDepthInTheOrderOfNames() {
        assertThat(expand(root.toString()))
                .containsExactly("a.PNG", "b.jpg", "odd[1].jpg", "sub/c.webp", "sub/deep/d.jpg");
    }

    @Test
    void aFileWithAnyEndingIsTakenWhenNamed() {
        assertThat(expand(root + "/notes.md", root + "/.hidden.jpg")).containsExactly("notes.md", ".hidden.jpg");
    }

    @Test
    void patternsReachAnyDepthIncludingNone() {
        assertThat(expand(root + "/**/*.jpg")).containsExactly("b.jpg", "odd[1].jpg", "sub/deep/d.jpg");
        assertThat(expand(root + "/*.jpg")).containsExactly("b.jpg", "odd[1].jpg");
        assertThat(expand(root + "/sub/?.{webp,jpg}")).containsExactly("sub/c.webp");
        assertThat(expand(root + "/[a-b].*")).containsExactly("a.PNG", "b.jpg");
        assertThat(expand(root + "/*")).containsExactly("a.PNG", "b.jpg", "odd[1].jpg");
    }

    @Test
    void aNameThatLooksLikeAPatternIsTakenIfItExists() {
        assertThat(expand(root + "/odd[1].jpg")).containsExactly("odd[1].jpg");
    }

    @Test
    void readsListsRelativeToThemselves() throws IOException {
        Path list = root.resolve("list.txt");
        Files.writeString(list, "\ufeff# my photos\n\n  sub/c.webp\r\nb.jpg\nsub/../b.jpg\n");

        assertThat(expand(list.toString())).containsExactly("sub/c.webp", "b.jpg");
        assertThat(expand("@" + list)).containsExactly("sub/c.webp", "b.jpg");
    }

    @Test
    void namesTheLineOfAMissingFile() throws IOException {
        Path list = Files.writeString(root.resolve("list.txt"), "b.jpg\ngone.jpg\n");

        assertThatThrownBy(() -> expand("@" + list))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("list.txt, line 2: no file")
                .hasMessageContaining("gone.jpg");
    }

    @Test
    void leavesOutWhatItHasMet() {
        assertThat(expand(root + "/sub/c.webp", root.toString(), root + "/sub/../b.jpg"))
                .containsExactly("sub/c.webp", "a.PNG", "b.jpg", "odd[1].jpg", "sub/deep/d.jpg");
    }

    @Test
    void survivesARingOfLinks() throws IOException {
        Files.createSymbolicLink(root.resolve("sub/again"), root);

        assertThat(expand(root + "/sub")).contains("sub/c.webp", "sub/deep/d.jpg");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        Path empty = Files.createDirectory(root.resolve("empty"));

        assertThatThrownBy(() -> expand(empty.toString()))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("no image found in [" + empty + "]")
                .hasMessageContaining("jpeg, jpg");
        assertThatThrownBy(() -> expand(root + "/nothing.jpg"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("no such file or folder");
        assertThatThrownBy(() -> expand(root + "/*.tiff"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("matches no image");
        assertThatThrownBy(() -> expand(root + "/nowhere/*.jpg"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("there is no folder");
    }
}
