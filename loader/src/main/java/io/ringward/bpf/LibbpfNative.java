/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import io.ringward.bpf.CFunction.CheckedPointerOfFourPointers;
import io.ringward.bpf.CFunction.CheckedPointerOfPointer;
import io.ringward.bpf.CFunction.CheckedPointerOfPointerInt;
import io.ringward.bpf.CFunction.CheckedPointerOfPointerLongPointer;
import io.ringward.bpf.CFunction.CheckedPointerOfPointerPointer;
import io.ringward.bpf.CFunction.IntOfInt;
import io.ringward.bpf.CFunction.IntOfIntFourPointers;
import io.ringward.bpf.CFunction.IntOfIntIntIntPointer;
import io.ringward.bpf.CFunction.IntOfIntPointer;
import io.ringward.bpf.CFunction.IntOfIntPointerPointer;
import io.ringward.bpf.CFunction.IntOfIntPointerPointerLong;
import io.ringward.bpf.CFunction.IntOfIntPointerPointerPointer;
import io.ringward.bpf.CFunction.IntOfIntSixPointers;
import io.ringward.bpf.CFunction.IntOfMapCreation;
import io.ringward.bpf.CFunction.IntOfNothing;
import io.ringward.bpf.CFunction.IntOfPointer;
import io.ringward.bpf.CFunction.IntOfPointerInt;
import io.ringward.bpf.CFunction.IntOfPointerPointerInt;
import io.ringward.bpf.CFunction.IntOfProgramLoad;
import io.ringward.bpf.CFunction.LongOfPointerInt;
import io.ringward.bpf.CFunction.PointerOfNothing;
import io.ringward.bpf.CFunction.PointerOfPointer;
import io.ringward.bpf.CFunction.PointerOfPointerInt;
import io.ringward.bpf.CFunction.PointerOfPointerPointer;
import io.ringward.bpf.CFunction.VoidOfPointer;
import java.lang.foreign.MemorySegment;

/**
 * Every function of libbpf that is called, as libbpf 1.0 and later declare it in {@code
 * bpf/libbpf.h}, {@code bpf/bpf.h} and {@code bpf/btf.h}. The Java name is the C name without
 * {@code bpf_}; the type is the C signature. None is linked as critical: any of them may sleep in
 * the kernel.
 */
@SuppressWarnings("restricted") // native access is what this package is for
final class LibbpfNative {
  /** The dynamic linker's name of libbpf 1.x. */
  static final String SONAME = "libbpf.so.1";

  static final String REMEDY =
      "Install libbpf 1.0 or later (Debian, Ubuntu: apt-get install libbpf1;"
          + " Fedora: dnf install libbpf).";

  static final NativeLibrary LIBRARY = NativeLibrary.open(SONAME, REMEDY);

  // libbpf.h: the library
  static final PointerOfNothing VERSION_STRING = new PointerOfNothing("libbpf_version_string");
  static final PointerOfPointer SET_PRINT = new PointerOfPointer("libbpf_set_print");
  static final IntOfNothing NUM_POSSIBLE_CPUS = new IntOfNothing("libbpf_num_possible_cpus");
  static final IntOfIntPointer PROBE_MAP_TYPE = new IntOfIntPointer("libbpf_probe_bpf_map_type");

  // libbpf.h: objects
  static final CheckedPointerOfPointerLongPointer OBJECT_OPEN_MEM =
      new CheckedPointerOfPointerLongPointer("bpf_object__open_mem");
  static final IntOfPointer OBJECT_LOAD = new IntOfPointer("bpf_object__load");
  static final VoidOfPointer OBJECT_CLOSE = new VoidOfPointer("bpf_object__close");
  static final PointerOfPointer OBJECT_BTF = new PointerOfPointer("bpf_object__btf");
  static final PointerOfPointerPointer OBJECT_NEXT_PROGRAM =
      new PointerOfPointerPointer("bpf_object__next_program");
  static final PointerOfPointerPointer OBJECT_NEXT_MAP =
      new PointerOfPointerPointer("bpf_object__next_map");

  // libbpf.h: programs
  static final PointerOfPointer PROGRAM_NAME = new PointerOfPointer("bpf_program__name");
  static final PointerOfPointer PROGRAM_SECTION_NAME =
      new PointerOfPointer("bpf_program__section_name");
  static final IntOfPointer PROGRAM_TYPE = new IntOfPointer("bpf_program__type");
  static final IntOfPointer PROGRAM_EXPECTED_ATTACH_TYPE =
      new IntOfPointer("bpf_program__expected_attach_type");
  static final IntOfPointer PROGRAM_FD = new IntOfPointer("bpf_program__fd");
  // The second parameter is a C bool: 0 or 1 in a whole register.
  static final IntOfPointerInt PROGRAM_SET_AUTOLOAD =
      new IntOfPointerInt("bpf_program__set_autoload");
  static final CheckedPointerOfPointer PROGRAM_ATTACH =
      new CheckedPointerOfPointer("bpf_program__attach");
  static final CheckedPointerOfPointerInt PROGRAM_ATTACH_CGROUP =
      new CheckedPointerOfPointerInt("bpf_program__attach_cgroup");
  static final CheckedPointerOfPointerPointer PROGRAM_ATTACH_ITER =
      new CheckedPointerOfPointerPointer("bpf_program__attach_iter");
  static final CheckedPointerOfFourPointers PROGRAM_ATTACH_TRACEPOINT =
      new CheckedPointerOfFourPointers("bpf_program__attach_tracepoint_opts");

  // libbpf.h: links
  static final IntOfPointer LINK_FD = new IntOfPointer("bpf_link__fd");
  static final IntOfPointer LINK_DESTROY = new IntOfPointer("bpf_link__destroy");

  // libbpf.h: maps of an object
  static final PointerOfPointer MAP_NAME = new PointerOfPointer("bpf_map__name");
  static final IntOfPointer MAP_FD = new IntOfPointer("bpf_map__fd");
  static final IntOfPointer MAP_TYPE = new IntOfPointer("bpf_map__type");
  static final IntOfPointer MAP_KEY_SIZE = new IntOfPointer("bpf_map__key_size");
  static final IntOfPointer MAP_VALUE_SIZE = new IntOfPointer("bpf_map__value_size");
  static final IntOfPointer MAP_MAX_ENTRIES = new IntOfPointer("bpf_map__max_entries");
  static final IntOfPointer MAP_FLAGS = new IntOfPointer("bpf_map__map_flags");
  static final IntOfPointerInt MAP_SET_MAX_ENTRIES =
      new IntOfPointerInt("bpf_map__set_max_entries");
  static final PointerOfPointerPointer MAP_INITIAL_VALUE =
      new PointerOfPointerPointer("bpf_map__initial_value");

  // bpf.h: the bpf() system call
  static final IntOfMapCreation MAP_CREATE = new IntOfMapCreation("bpf_map_create");
  static final IntOfIntPointerPointer MAP_LOOKUP =
      new IntOfIntPointerPointer("bpf_map_lookup_elem");
  static final IntOfIntPointerPointerLong MAP_UPDATE =
      new IntOfIntPointerPointerLong("bpf_map_update_elem");
  static final IntOfIntPointer MAP_DELETE = new IntOfIntPointer("bpf_map_delete_elem");
  static final IntOfIntPointerPointer MAP_NEXT_KEY =
      new IntOfIntPointerPointer("bpf_map_get_next_key");
  static final IntOfIntSixPointers MAP_LOOKUP_BATCH =
      new IntOfIntSixPointers("bpf_map_lookup_batch");
  static final IntOfIntFourPointers MAP_UPDATE_BATCH =
      new IntOfIntFourPointers("bpf_map_update_batch");
  static final IntOfIntPointerPointerPointer MAP_DELETE_BATCH =
      new IntOfIntPointerPointerPointer("bpf_map_delete_batch");
  static final IntOfIntPointerPointer OBJ_GET_INFO_BY_FD =
      new IntOfIntPointerPointer("bpf_obj_get_info_by_fd");
  static final IntOfIntPointer OBJ_PIN = new IntOfIntPointer("bpf_obj_pin");
  static final IntOfPointer OBJ_GET = new IntOfPointer("bpf_obj_get");
  static final IntOfIntPointer PROG_NEXT_ID = new IntOfIntPointer("bpf_prog_get_next_id");
  static final IntOfProgramLoad PROG_LOAD = new IntOfProgramLoad("bpf_prog_load");
  static final IntOfIntPointer PROG_TEST_RUN = new IntOfIntPointer("bpf_prog_test_run_opts");
  static final IntOfIntIntIntPointer LINK_CREATE = new IntOfIntIntIntPointer("bpf_link_create");
  static final IntOfInt ITER_CREATE = new IntOfInt("bpf_iter_create");
  static final IntOfInt ENABLE_STATS = new IntOfInt("bpf_enable_stats");

  // btf.h; btf__type_cnt returns an unsigned int, btf__resolve_size a signed 64-bit size
  static final IntOfPointer BTF_TYPE_COUNT = new IntOfPointer("btf__type_cnt");
  static final PointerOfPointerInt BTF_TYPE_BY_ID = new PointerOfPointerInt("btf__type_by_id");
  static final PointerOfPointerInt BTF_NAME_BY_OFFSET =
      new PointerOfPointerInt("btf__name_by_offset");
  static final PointerOfNothing BTF_LOAD_VMLINUX = new PointerOfNothing("btf__load_vmlinux_btf");
  static final IntOfPointerPointerInt BTF_FIND_BY_NAME_KIND =
      new IntOfPointerPointerInt("btf__find_by_name_kind");
  static final VoidOfPointer BTF_FREE = new VoidOfPointer("btf__free");
  static final LongOfPointerInt BTF_RESOLVE_SIZE = new LongOfPointerInt("btf__resolve_size");

  private LibbpfNative() {}

  /** The text of a NUL-terminated C string that libbpf owns; empty for NULL. */
  static String string(MemorySegment pointer) {
    return pointer.address() == 0 ? "" : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }
}
