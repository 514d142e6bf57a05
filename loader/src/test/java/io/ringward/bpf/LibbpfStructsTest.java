/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The struct layouts against what the C compiler says of libbpf's and the kernel's headers. */
class LibbpfStructsTest {
  private static final List<StructLayout> OPTS =
      List.of(
          LibbpfStructs.OBJECT_OPEN_OPTS,
          LibbpfStructs.TEST_RUN_OPTS,
          LibbpfStructs.PROG_LOAD_OPTS,
          LibbpfStructs.ITER_ATTACH_OPTS,
          LibbpfStructs.TRACEPOINT_OPTS);
  private static final List<StructLayout> KERNEL =
      List.of(LibbpfStructs.PROG_INFO, LibbpfStructs.MAP_INFO);

  @Test
  void eachMemberIsWhereTheCompilerPutsIt(@TempDir Path folder)
      throws IOException, InterruptedException {
    boolean buildable = Files.exists(Path.of("/usr/include/bpf/libbpf.h"));
    if (!buildable) {
      System.err.println("skipped: libbpf's headers are not installed (libbpf-dev)");
    }
    Assumptions.assumeTrue(buildable, "libbpf's headers are not installed (libbpf-dev)");
    StringBuilder source = new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n");
    source.append("#include <bpf/bpf.h>\n#include <bpf/libbpf.h>\n#include <linux/bpf.h>\n");
    source.append("int main(void) {\n");
    List<String> expected = new ArrayList<>();
    for (StructLayout layout : OPTS) {
      describe(layout, source, expected);
      String name = layout.name().orElseThrow();
      source.append("printf(\"%s %%zu\\n\", sizeof(struct %s));%n".formatted(name, name));
      expected.add(name + " " + layout.byteSize());
    }
    KERNEL.forEach(layout -> describe(layout, source, expected));
    source.append("return 0; }\n");
    Path file = Files.writeString(folder.resolve("layouts.c"), source);
    Path program = folder.resolve("layouts");
    assertEquals("", output("clang", "-o", program.toString(), file.toString()));
    assertEquals(String.join("\n", expected), output(program.toString()).strip());
  }

  private static void describe(StructLayout layout, StringBuilder source, List<String> expected) {
    String struct = layout.name().orElseThrow();
    for (MemoryLayout member : layout.memberLayouts()) {
      member
          .name()
          .ifPresent(name -> {
            source.append(
                "printf(\"%s.%s %%zu %%zu\\n\", offsetof(struct %s, %s), sizeof(((struct %s *)0)->%s));%n"
                    .formatted(struct, name, struct, name, struct, name));
            long offset = layout.byteOffset(PathElement.groupElement(name));
            expected.add("%s.%s %d %d".formatted(struct, name, offset, member.byteSize()));
          });
    }
  }

  private static String output(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
