/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The structs, enums and global variables that an object's BTF describes (BPF Type Format, kernel
 * Documentation/bpf/btf.rst): where the C compiler put each member. Tests compare it with the Java
 * side of a wire format. Immutable.
 */
public final class BtfTypes {
  // enum of BTF_KIND_… in linux/btf.h
  private static final int KIND_STRUCT = 4;
  private static final int KIND_UNION = 5;
  private static final int KIND_ENUM = 6;
  private static final int KIND_VAR = 14;
  private static final int KIND_DATASEC = 15;
  private static final long TYPE_BYTES = 12;
  private static final long ITEM_BYTES = 12;
  private static final long ENUMERATOR_BYTES = 8;

  private final Map<String, Struct> structs = new LinkedHashMap<>();
  private final Map<String, Enumeration> enumerations = new LinkedHashMap<>();
  private final Map<String, Variable> variables = new LinkedHashMap<>();

  private BtfTypes() {}

  /**
   * A struct or union.
   *
   * @param name its tag; a typedef of an anonymous struct has none and is not listed
   * @param byteSize with trailing padding
   * @param members in the order of the source; those of anonymous members stand in their place
   */
  public record Struct(String name, long byteSize, List<Member> members) {
    /** The member of that name. */
    public Optional<Member> member(String memberName) {
      return members.stream().filter(member -> member.name().equals(memberName)).findFirst();
    }
  }

  /**
   * A member of a struct.
   *
   * @param byteOffset from the start of the struct; of a bit field, of the byte that it starts in
   * @param byteSize of its type
   * @param bitFieldWidth in bits, 0 unless it is a bit field
   */
  public record Member(String name, long byteOffset, long byteSize, int bitFieldWidth) {}

  /**
   * An enum of up to 32 bits.
   *
   * @param name its tag
   * @param values by name of the constant, in the order of the source
   */
  public record Enumeration(String name, Map<String, Integer> values) {
    public Enumeration {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }
  }

  /**
   * A global variable.
   *
   * @param section such as {@code .rodata} or {@code .bss}
   * @param byteOffset from the start of the section
   */
  public record Variable(String name, String section, long byteOffset, long byteSize) {}

  /** Reads the types of an object that libbpf has opened; empty when it was built without -g. */
  static BtfTypes ofOpened(MemorySegment object) {
    BtfTypes types = new BtfTypes();
    MemorySegment btf = LibbpfNative.OBJECT_BTF.call(object);
    if (btf.address() != 0) {
      int count = LibbpfNative.BTF_TYPE_COUNT.call(btf);
      for (int id = 1; id < count; id++) {
        types.read(btf, id);
      }
    }
    return types;
  }

  /** The struct or union of that tag. */
  public Optional<Struct> struct(String name) {
    return Optional.ofNullable(structs.get(name));
  }

  /** All structs and unions that have a tag. */
  public List<Struct> structs() {
    return List.copyOf(structs.values());
  }

  /** The enum of that tag. */
  public Optional<Enumeration> enumeration(String name) {
    return Optional.ofNullable(enumerations.get(name));
  }

  /** The global variable of that name. */
  public Optional<Variable> variable(String name) {
    return Optional.ofNullable(variables.get(name));
  }

  /** All global variables. */
  public List<Variable> variables() {
    return List.copyOf(variables.values());
  }

  private void read(MemorySegment btf, int id) {
    Type type = Type.of(btf, id);
    if (type.isComposite() && !type.name().isEmpty()) {
      List<Member> members = new ArrayList<>();
      collectMembers(type, 0, members);
      structs.putIfAbsent(
          type.name(), new Struct(type.name(), type.sizeOrType(), List.copyOf(members)));
    } else if (type.kind() == KIND_ENUM && !type.name().isEmpty()) {
      enumerations.putIfAbsent(type.name(), type.enumeration());
    } else if (type.kind() == KIND_DATASEC) {
      collectVariables(type);
    }
  }

  private static void collectMembers(Type type, long baseBits, List<Member> members) {
    for (int i = 0; i < type.itemCount(); i++) {
      String name = type.name(type.item(i, 0));
      int memberType = type.item(i, 1);
      int offset = type.item(i, 2);
      // With the kind flag the upper byte is the width of a bit field (btf.rst, BTF_KIND_STRUCT).
      long bits = baseBits + (type.kindFlag() ? offset & 0xFF_FFFF : offset);
      int width = type.kindFlag() ? offset >>> 24 : 0;
      Type inner = Type.of(type.btf(), memberType);
      if (name.isEmpty() && inner.isComposite()) {
        collectMembers(inner, bits, members);
      } else {
        long byteSize = LibbpfNative.BTF_RESOLVE_SIZE.call(type.btf(), memberType);
        members.add(new Member(name, bits / 8, Math.max(0, byteSize), width));
      }
    }
  }

  private void collectVariables(Type section) {
    for (int i = 0; i < section.itemCount(); i++) {
      Type variable = Type.of(section.btf(), section.item(i, 0));
      if (variable.kind() == KIND_VAR) {
        variables.put(
            variable.name(),
            new Variable(
                variable.name(),
                section.name(),
                Integer.toUnsignedLong(section.item(i, 1)),
                Integer.toUnsignedLong(section.item(i, 2))));
      }
    }
  }

  /** A view of one struct btf_type with the three-word items that follow it. */
  @SuppressWarnings("restricted") // native access is what this package is for
  private record Type(MemorySegment btf, MemorySegment memory) {
    static Type of(MemorySegment btf, int id) {
      MemorySegment type = LibbpfNative.BTF_TYPE_BY_ID.call(btf, id);
      int info = type.reinterpret(TYPE_BYTES).get(JAVA_INT, 4);
      return new Type(btf, type.reinterpret(TYPE_BYTES + (info & 0xFFFF) * ITEM_BYTES));
    }

    String name() {
      return name(memory.get(JAVA_INT, 0));
    }

    String name(int offset) {
      return LibbpfNative.string(LibbpfNative.BTF_NAME_BY_OFFSET.call(btf, offset));
    }

    int kind() {
      return memory.get(JAVA_INT, 4) >>> 24 & 0x1F;
    }

    boolean kindFlag() {
      return memory.get(JAVA_INT, 4) < 0;
    }

    int itemCount() {
      return memory.get(JAVA_INT, 4) & 0xFFFF;
    }

    /** Each item is a struct btf_enum: two words. */
    Enumeration enumeration() {
      Map<String, Integer> values = new LinkedHashMap<>();
      for (int i = 0; i < itemCount(); i++) {
        long at = TYPE_BYTES + i * ENUMERATOR_BYTES;
        values.put(name(memory.get(JAVA_INT, at)), memory.get(JAVA_INT, at + 4));
      }
      return new Enumeration(name(), values);
    }

    int sizeOrType() {
      return memory.get(JAVA_INT, 8);
    }

    int item(int index, int word) {
      return memory.get(JAVA_INT, TYPE_BYTES + index * ITEM_BYTES + word * 4L);
    }

    boolean isComposite() {
      return kind() == KIND_STRUCT || kind() == KIND_UNION;
    }
  }
}
