/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OperationTest {
  /** The order of the bits, in which masks are in archives, recordings, pins and checkpoints. */
  private static final List<String> BITS =
      List.of(
          "connect",
          "bind",
          "exec",
          "fork",
          "open",
          "unlink",
          "rename",
          "send",
          "cpu",
          "memory",
          "io",
          "memory_exec",
          "module_load",
          "ptrace",
          "bpf",
          "mount",
          "setuid");

  @Test
  void bitsAreNeverRenumbered() {
    assertEquals(BITS, Arrays.stream(Operation.values()).map(Operation::label).toList());
    for (Operation operation : Operation.values()) {
      assertEquals(1 << BITS.indexOf(operation.label()), operation.bit());
      assertEquals(operation, Operation.ofBit(operation.bit()));
    }
    Set<Operation> all = EnumSet.allOf(Operation.class);
    assertEquals(all, Operation.ofMask(Operation.mask(all)));
    assertThrows(IllegalArgumentException.class, () -> Operation.ofMask(1 << BITS.size()));
  }

  @Test
  void whatNobodyHasNamedIsAsItWas() {
    assertEquals(
        Set.of(Operation.CONNECT, Operation.BIND, Operation.EXEC, Operation.FORK),
        Operation.unlessNamed());
  }

  /** As an agent has written it that knew seven operations, and one that knew eleven. */
  @Test
  void verdictsOfBeforeAreStillRead() throws IOException {
    String head = "02000000000000000702000000000000000905";
    String tail = "00000000000000000a000000000000001400000000000000050000000173000172";
    for (int count : List.of(7, 11)) {
      byte[] written = HexFormat.of().parseHex(head + "%08x".formatted((1 << count) - 1) + tail);
      Verdict verdict =
          ContractCodec.readVerdict(new DataInputStream(new ByteArrayInputStream(written)));
      assertEquals(
          EnumSet.range(Operation.CONNECT, Operation.values()[count - 1]), verdict.operations());
      assertEquals(Action.KILL, verdict.action());
      assertEquals("r", verdict.reason());
    }
  }
}
