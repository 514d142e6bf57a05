/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ringward.kernel.Operation.Unit;
import io.ringward.kernel.RateText;
import io.ringward.kernel.TokenRate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextTest {
  @ParameterizedTest
  @CsvSource({"250ms,250", "30s,30000", "5m,300000", "2h,7200000", "1d,86400000", "' 3s ',3000"})
  void durationsAreRead(String text, long millis) {
    assertEquals(Duration.ofMillis(millis), DurationText.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "5 m", "-5m", "5min", "1.5h", "9999999999s", "5m3s"})
  void otherDurationsAreRefused(String text) {
    assertEquals(
        "'" + text + "' is not a duration such as 250ms, 30s, 5m, 2h or 1d",
        assertThrows(IllegalArgumentException.class, () -> DurationText.parse(text)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0,0ns",
    "900,900ns",
    "12345,12us",
    "340000000,340ms",
    "59000000000,59s",
    "252000000000,4m12s",
    "7500000000000,2h5m",
    "7200000000000,2h",
    "90000000000000,1d1h",
    "-3000000000,-3s"
  })
  void durationsAreWritten(long nanos, String text) {
    assertEquals(text, DurationText.of(Duration.ofNanos(nanos)));
  }

  @Test
  void sizesAreReadAndWritten() {
    assertEquals(65536, SizeText.parse("65536"));
    assertEquals(4 << 20, SizeText.parse("4MiB"));
    assertEquals("4MiB", SizeText.of(4 << 20));
    assertEquals("1500B", SizeText.of(1500));
    assertThrows(IllegalArgumentException.class, () -> SizeText.parse("4MB"));
    assertThrows(IllegalArgumentException.class, () -> SizeText.parse("999999999999GiBGiB"));
  }

  @Test
  void ratesAreReadAndWritten() {
    assertEquals(new TokenRate(10, 10), RateText.parse("10/s"));
    assertEquals(new TokenRate(0.5, 1), RateText.parse("30/m"));
    assertEquals(new TokenRate(2.5, 7), RateText.parse("2.5/s burst 7"));
    assertEquals("10/s", RateText.of(new TokenRate(10, 10), Unit.OPERATIONS));
    assertEquals("30/m", RateText.of(new TokenRate(0.5, 1), Unit.OPERATIONS));
    assertEquals("2.5/s", RateText.of(new TokenRate(2.5, 3), Unit.OPERATIONS));
    assertThrows(IllegalArgumentException.class, () -> RateText.parse("10"));
    assertThrows(IllegalArgumentException.class, () -> RateText.parse("0/s"));
    assertThrows(IllegalArgumentException.class, () -> RateText.parse("10kB/s"));
  }

  @Test
  void ratesOfBytesAndProcessorsAreReadAndWritten() {
    assertEquals(new TokenRate(100_000, 100_000), RateText.parse("100kB/s", Unit.BYTES));
    assertEquals(new TokenRate(1 << 20, 1 << 20), RateText.parse("60 MiB/m", Unit.BYTES));
    assertEquals(new TokenRate(500, 500), RateText.parse("500/s", Unit.BYTES));
    assertEquals("1.5MB/s", RateText.of(new TokenRate(1_500_000, 1), Unit.BYTES));
    assertEquals("500B/s", RateText.of(new TokenRate(500, 1), Unit.BYTES));
    assertThrows(IllegalArgumentException.class, () -> RateText.parse("99GB/s", Unit.BYTES));
    assertEquals(new TokenRate(0.2, 1), RateText.parse("20%", Unit.PROCESSORS));
    assertEquals(new TokenRate(1.5, 1), RateText.parse("1.5", Unit.PROCESSORS));
    assertEquals("0.2", RateText.of(new TokenRate(0.2, 1), Unit.PROCESSORS));
    assertThrows(IllegalArgumentException.class, () -> RateText.parse("1/s", Unit.PROCESSORS));
    assertThrows(IllegalArgumentException.class, () -> RateText.parse("1/s", Unit.NONE));
  }

  @Test
  void nearestWordIsFoundWhenItIsNear() {
    List<String> known = List.of("connect", "bind", "exec", "fork");
    assertEquals(Optional.of("connect"), Suggestion.nearest("conect", known));
    assertEquals(Optional.of("fork"), Suggestion.nearest("frok", known));
    assertEquals(Optional.empty(), Suggestion.nearest("mount", known));
    assertEquals(3, Suggestion.distance("kitten", "sitting"));
  }

  @Test
  void strangersTextCannotSteerTheTerminal() {
    assertEquals("a\\x1b[31mb\\nc\\u202ed", Printable.of("a\u001b[31mb\nc\u202ed", 80));
    assertEquals("Zürich 東京", Printable.of("Zürich 東京", 80));
    assertEquals("abcd…", Printable.of("abcdefgh", 5));
    assertEquals("abcde", Printable.of("abcde", 5));
  }

  @Test
  void columnsAreAligned() {
    List<String> lines =
        new Columns("ID", "NAME", "X")
            .row("7", "ä long name", "")
            .row("123", "b", "y")
            .lines(Style.PLAIN);
    assertEquals(List.of("ID   NAME         X", "7    ä long name", "123  b            y"), lines);
    assertThrows(IllegalArgumentException.class, () -> new Columns("A").row("a", "b"));
  }

  @Test
  void coloursNeedATerminalThatWantsThem(@TempDir Path folder) throws Exception {
    Path terminal = Files.createSymbolicLink(folder.resolve("0"), Path.of("/dev/pts/3"));
    Path file = Files.createSymbolicLink(folder.resolve("1"), Path.of("/tmp/out"));
    Map<String, String> xterm = Map.of("TERM", "xterm");
    assertEquals("\u001b[31mx\u001b[0m", Style.of(terminal, xterm).red("x"));
    assertEquals("x", Style.of(terminal, Map.of("TERM", "xterm", "NO_COLOR", "1")).red("x"));
    assertEquals("x", Style.of(terminal, Map.of("TERM", "dumb")).red("x"));
    assertEquals("x", Style.of(file, xterm).red("x"));
    assertFalse(Style.of(folder.resolve("missing"), xterm).terminal());
  }
}
