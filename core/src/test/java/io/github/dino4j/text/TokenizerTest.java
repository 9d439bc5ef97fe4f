package io.github.dino4j.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dino4j.weights.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
    /** Merges: th, the</w>, at</w>, cat</w>. */
    private static final String MERGES = "#version: test\nt h\nth e</w>\na t</w>\nc at</w>\n";

    @TempDir
    private Path folder;

    @Test
    void mergesThePairThatWasLearnedFirst() throws IOException {
        Tokenizer tokenizer = tokenizer(MERGES);

        assertThat(tokenizer.vocabulary()).isEqualTo(512 + 4 + 2);
        assertThat(tokenizer.encode("The cat")).containsExactly(513, 515);
        // "that": th is merged before at</w>
        assertThat(tokenizer.encode("that")).containsExactly(512, 514);
        // 'x' is the 88th printable byte, behind '!'; alone it is the end of a word
        assertThat(tokenizer.encode("x")).containsExactly(256 + 'x' - '!');
    }

    @Test
    void allOccurrencesOfAPairAreMergedAtOnce() throws IOException {
        Tokenizer tokenizer = tokenizer("#version\na a\naa aa\n");

        long a = 'a' - '!';
        assertThat(tokenizer.encode("aaaaa")).containsExactly(513, 256 + a);
        assertThat(tokenizer.encode("aaaa")).containsExactly(512, a, 256 + a);
    }

    @Test
    void aTextIsARowOfStartNumbersEndAndZeros() throws IOException {
        Tokenizer tokenizer = tokenizer(MERGES);

        assertThat(tokenizer.tokenize("the cat", 6)).containsExactly(516, 513, 515, 517, 0, 0);
        assertThat(tokenizer.tokenize("", 4)).containsExactly(516, 517, 0, 0);
    }

    @Test
    void aTextLongerThanTheContextIsCutAndStillEnds() throws IOException {
        Tokenizer tokenizer = tokenizer(MERGES);

        assertThat(tokenizer.tokenize("the cat the cat", 4)).containsExactly(516, 513, 515, 517);
        assertThat(tokenizer.fits("the cat", 4)).isTrue();
        assertThat(tokenizer.fits("the cat the", 4)).isFalse();
        assertThatThrownBy(() -> tokenizer.tokenize("the", 1)).hasMessageContaining("no place for start and end");
    }

    @Test
    void piecesAreLettersSingleDigitsEndingsAndTheRest() throws IOException {
        Tokenizer tokenizer = tokenizer(MERGES);

        assertThat(tokenizer.encode("12")).containsExactly(256 + '1' - '!', 256 + '2' - '!');
        assertThat(tokenizer.encode("it's")).containsExactly('i' - '!', 256 + 't' - '!', '\'' - '!', 256 + 's' - '!');
        assertThat(tokenizer.encode("!?")).containsExactly(0, 256 + '?' - '!');
        assertThat(tokenizer.encode("<|endoftext|>")).containsExactly(tokenizer.end());
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            'schÃ¶n',                       schön
            'itâ€™s',                       it's
            '“quoted” ‘too’',               '"quoted" ''too'''
            'ﬁne ﬂoor',                     fine floor
            'ＷＩＤＥ',                     wide
            'fish &amp; chips',             fish & chips
            'fish &amp;amp; chips',         fish & chips
            '&#228;&#xE4;&auml;',           äää
            'a &lt b &unknown; c',          a < b &unknown; c
            '&notit;',                      ¬it;
            'A   B',                        a b
            'CAFÉ” said',                   'café" said'
            'naïve SÃO',                    naïve são
            'don&#8217;t',                  'don''t'
            '<b> &#8217;',                  <b> ’
            '&EACUTE;t&Eacute;',            été
            'cÅ“ur voilÃ  le',              cœur voilà le
            'ÐŸÑ€Ð¸Ð²ÐµÑ‚',                  привет
            'Ã…ngstrÃ¶m',                   ångström
            'ÎµÎ»Î»',                       ελλ
            'Å’ Ñ€ Ã… ÄŸ',                  'å'' ñ€ ã… äÿ'
            'ðŸ˜€',                         😀
            """)
    void textIsRepairedUnescapedAndLowered(String text, String clean) {
        assertThat(Tokenizer.clean(text)).isEqualTo(clean);
    }

    @Test
    void whitespaceOfAnyKindIsOneSpace() {
        assertThat(Tokenizer.clean(" \ta\r\n\u00a0\u2003b\u3000 ")).isEqualTo("a b");
        assertThat(Tokenizer.clean("a\u0000b\ufeff")).isEqualTo("ab");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        byte[] whole = gzip(MERGES.repeat(1));
        Path file = Files.write(folder.resolve("merges.gz"), Arrays.copyOf(whole, whole.length - 9));

        assertThatThrownBy(() -> Tokenizer.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("merges.gz")
                .hasMessageContaining("truncated");
    }

    @Test
    void aCorruptFileIsRefused() throws IOException {
        byte[] bytes = gzip(MERGES);
        bytes[bytes.length - 7] ^= 0x55; // in the checksum
        Path file = Files.write(folder.resolve("merges.gz"), bytes);

        assertThatThrownBy(() -> Tokenizer.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("damaged");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            '#v|t h|the',       'line 3: wanted two symbols'
            '#v|t h|th e x',    'line 3: wanted two symbols'
            '#v|th e',          'line 2: ''th'' is neither a byte nor'
            '#v|t h|t h',       'line 3: the merge ''t h'' stands there twice'
            '#v|t h||a t',      'line 3: wanted two symbols'
            '#v',               'holds no merges'
            """)
    void linesThatAreNoMergesAreRefused(String lines, String message) {
        assertThatThrownBy(() -> tokenizer(lines.replace('|', '\n')))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path picture = Files.write(folder.resolve("cat.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', (byte) 0xff});

        assertThatThrownBy(() -> Tokenizer.read(picture)).hasMessageContaining("no UTF-8 text");
        assertThatThrownBy(() -> Tokenizer.read(folder.resolve("none.gz"))).hasMessageContaining("no such file");
    }

    private Tokenizer tokenizer(String merges) throws IOException {
        return Tokenizer.read(Files.write(folder.resolve("bpe.txt.gz"), gzip(merges)));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
