/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A C library found by its soname and kept loaded for the life of the JVM, from which functions are
 * linked. Thread-safe; nothing to close.
 */
@SuppressWarnings("restricted") // native access is what this package is for
final class NativeLibrary {
  private static final Linker LINKER = Linker.nativeLinker();

  private final String soname;
  private final SymbolLookup symbols;

  private NativeLibrary(String soname, SymbolLookup symbols) {
    this.soname = soname;
    this.symbols = symbols;
  }

  /**
   * Loads a shared library.
   *
   * @param soname what the dynamic linker knows it by, for example {@code libbpf.so.1}
   * @param remedy what to tell the user when it is not there
   * @throws BpfUnavailableException when it is not installed or native access is denied
   */
  static NativeLibrary open(String soname, String remedy) {
    try {
      return new NativeLibrary(soname, SymbolLookup.libraryLookup(soname, Arena.global()));
    } catch (IllegalCallerException e) {
      throw nativeAccessDenied(e);
    } catch (IllegalArgumentException e) {
      throw new BpfUnavailableException(soname + " cannot be loaded. " + remedy, e);
    }
  }

  /** The C library that the JVM itself runs on. */
  static NativeLibrary ofProcess() {
    return new NativeLibrary("libc", LINKER.defaultLookup());
  }

  /** Links a function that this library must have. */
  MethodHandle link(String symbol, FunctionDescriptor type, Linker.Option... options) {
    return find(symbol, type, options)
        .orElseThrow(() ->
            new BpfUnavailableException(
                soname + " has no function " + symbol + ": it is too old; install a newer one.",
                null));
  }

  /** Links a function that some versions of this library lack. */
  Optional<MethodHandle> find(String symbol, FunctionDescriptor type, Linker.Option... options) {
    Optional<MemorySegment> address = symbols.find(symbol);
    try {
      return address.map(at -> LINKER.downcallHandle(at, type, options));
    } catch (IllegalCallerException e) {
      throw nativeAccessDenied(e);
    }
  }

  /** Turns what a downcall handle can throw, which is never the callee's doing, into an error. */
  static RuntimeException unexpected(Throwable thrown) {
    return switch (thrown) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException("a native call failed in the JVM", thrown);
    };
  }

  private static BpfUnavailableException nativeAccessDenied(IllegalCallerException cause) {
    Module module = NativeLibrary.class.getModule();
    String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    return new BpfUnavailableException(
        "The JVM denies native access to io.ringward.bpf: start it with --enable-native-access="
            + name,
        cause);
  }
}
