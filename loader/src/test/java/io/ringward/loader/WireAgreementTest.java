/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BpfObjectSpec;
import io.ringward.bpf.BtfTypes;
import io.ringward.kernel.Act;
import io.ringward.kernel.Action;
import io.ringward.kernel.Decision;
import io.ringward.kernel.DropCause;
import io.ringward.kernel.EventKind;
import io.ringward.kernel.ExecFlag;
import io.ringward.kernel.FileFlag;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.FileWish;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelObject;
import io.ringward.kernel.MapFailure;
import io.ringward.kernel.MemoryTrait;
import io.ringward.kernel.Operation;
import io.ringward.kernel.SendOutcome;
import io.ringward.kernel.WireLayouts;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the C side of the wire, from the BTF of the built object, with the Java side. */
final class WireAgreementTest {
  private static final BtfTypes TYPES = BpfObjectSpec.of("ringward", KernelObject.bytes()).types();

  static List<StructLayout> layouts() {
    return WireLayouts.ALL;
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void structsAgreeFieldByField(StructLayout layout) {
    String name = layout.name().orElseThrow();
    BtfTypes.Struct struct = TYPES.struct(name).orElseThrow();
    assertEquals(struct.byteSize(), layout.byteSize(), name);
    List<String> expected = new ArrayList<>();
    for (BtfTypes.Member member : struct.members()) {
      expected.add(member.name() + " at " + member.byteOffset() + ": " + member.byteSize());
    }
    List<String> actual = new ArrayList<>();
    for (MemoryLayout member : layout.memberLayouts()) {
      String field = member.name().orElseThrow();
      long offset = layout.byteOffset(PathElement.groupElement(field));
      actual.add(field + " at " + offset + ": " + member.byteSize());
    }
    assertEquals(expected, actual, name);
  }

  @Test
  void enumsAgree() {
    assertEnum("rw_hook", "RW_HOOK_", Hook.values(), Hook::ordinal);
    assertEnum("rw_drop_cause", "RW_DROP_", DropCause.values(), DropCause::ordinal);
    assertEnum("rw_map_failure", "RW_MAP_FAILURE_", MapFailure.values(), MapFailure::ordinal);
    assertEnum("rw_event_kind", "RW_EVENT_", EventKind.values(), EventKind::wire);
    assertEnum("rw_exec_flag", "RW_EXEC_", ExecFlag.values(), ExecFlag::bit);
    assertEnum("rw_decision", "RW_DECISION_", Decision.values(), Decision::ordinal);
    assertEnum("rw_action", "RW_ACTION_", Action.values(), Action::wire);
    assertEnum("rw_operation", "RW_OPERATION_", Operation.values(), Operation::bit);
    assertEnum("rw_act", "RW_ACT_", Act.values(), Act::ordinal);
    assertEnum(
        "rw_file_operation", "RW_FILE_OPERATION_", FileOperation.values(), FileOperation::ordinal);
    assertEnum("rw_file_flag", "RW_FILE_FLAG_", FileFlag.values(), FileFlag::bit);
    assertEnum("rw_file_wish", "RW_FILE_WISH_", FileWish.Kind.values(), FileWish.Kind::bit);
    assertEnum("rw_memory", "RW_MEMORY_", MemoryTrait.values(), MemoryTrait::bit);
    assertEnum("rw_send_outcome", "RW_SEND_", SendOutcome.values(), SendOutcome::ordinal);
    assertEnum("rw_mark", "RW_MARK_", LiveProcess.Mark.values(), LiveProcess.Mark::ordinal);
  }

  /** Names and numbers; the constants that count the others are C's alone. */
  private static <E extends Enum<E>> void assertEnum(
      String tag, String prefix, E[] constants, ToIntFunction<E> number) {
    Map<String, Integer> expected = new LinkedHashMap<>();
    TYPES
        .enumeration(tag)
        .orElseThrow()
        .values()
        .forEach((name, value) -> {
          assertTrue(name.startsWith(prefix), name);
          if (!name.endsWith("_COUNT")) {
            expected.put(name.substring(prefix.length()), value);
          }
        });
    Map<String, Integer> actual = new LinkedHashMap<>();
    Arrays.stream(constants)
        .forEach(constant -> actual.put(constant.name(), number.applyAsInt(constant)));
    assertEquals(expected, actual, tag);
  }

  @Test
  void numbersAgree() {
    assertEquals(WireLayouts.HEARTBEAT_LIMIT_NANOS, constant("heartbeat_limit_nanos"));
    assertEquals(WireLayouts.PATH_SIZE, constant("path_size"));
    assertEquals(WireLayouts.ARGUMENTS_SIZE, constant("arguments_size"));
    assertEquals(WireLayouts.FILE_TEXT_SIZE, constant("file_text_size"));
    assertEquals(WireLayouts.ACT_TEXT_SIZE, constant("act_text_size"));
  }

  /** A constant's initial value, from the object's own section of constants. */
  private static long constant(String variable) {
    BtfTypes.Variable place = TYPES.variable(variable).orElseThrow();
    byte[] section = ElfSection.read(KernelObject.bytes(), place.section());
    ByteBuffer bytes = ByteBuffer.wrap(section).order(ByteOrder.nativeOrder());
    int offset = Math.toIntExact(place.byteOffset());
    return place.byteSize() == Long.BYTES
        ? bytes.getLong(offset)
        : Integer.toUnsignedLong(bytes.getInt(offset));
  }
}
