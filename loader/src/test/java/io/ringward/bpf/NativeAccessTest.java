/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a user is told when nothing can work. */
class NativeAccessTest {
  /** Run in a JVM of its own. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) {
      System.out.println(Libbpf.version());
    }
  }

  private record Run(int status, String output) {}

  private static Run run(String flag) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                flag,
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), output);
  }

  @Test
  void theMissingFlagIsNamed() throws IOException, InterruptedException {
    Run denied = run("--illegal-native-access=deny");
    assertEquals(1, denied.status(), denied::output);
    assertTrue(denied.output().contains("BpfUnavailableException"), denied::output);
    assertTrue(denied.output().contains("--enable-native-access=ALL-UNNAMED"), denied::output);
    Run allowed = run("--enable-native-access=ALL-UNNAMED");
    assertEquals(0, allowed.status(), allowed::output);
    assertTrue(allowed.output().startsWith("v1."), allowed::output);
  }

  @Test
  void theMissingPackageIsNamed() {
    var missing =
        assertThrows(
            BpfUnavailableException.class,
            () -> NativeLibrary.open("libbpf.so.99", LibbpfNative.REMEDY));
    assertTrue(missing.getMessage().contains("libbpf.so.99"), missing::getMessage);
    assertTrue(missing.getMessage().contains("apt-get install libbpf1"), missing::getMessage);
  }

  @Test
  void aFunctionThatIsNotThereIsNamed() {
    var missing =
        assertThrows(
            BpfUnavailableException.class,
            () ->
                LibbpfNative.LIBRARY.link(
                    "bpf_object__dream", java.lang.foreign.FunctionDescriptor.ofVoid()));
    assertTrue(missing.getMessage().contains("bpf_object__dream"), missing::getMessage);
  }
}
