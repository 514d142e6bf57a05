/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The shapes of libbpf's functions, one record for each signature, named by result and parameters;
 * as {@code static final} as fast as by hand. {@code Checked…}: a pointer, or NULL and errno in the
 * first argument ({@link CallState}). Others report errors as {@code -errno} (libbpf 1.x).
 */
sealed interface CFunction {
  MethodHandle handle();

  private static MethodHandle link(String symbol, FunctionDescriptor type) {
    return LibbpfNative.LIBRARY.link(symbol, type);
  }

  private static MethodHandle linkChecked(String symbol, FunctionDescriptor type) {
    return LibbpfNative.LIBRARY.link(symbol, type, CallState.CAPTURE_ERRNO);
  }

  record VoidOfPointer(MethodHandle handle) implements CFunction {
    VoidOfPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.ofVoid(ADDRESS)));
    }

    void call(MemorySegment a) {
      try {
        handle.invokeExact(a);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfNothing(MethodHandle handle) implements CFunction {
    IntOfNothing(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT)));
    }

    int call() {
      try {
        return (int) handle.invokeExact();
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfInt(MethodHandle handle) implements CFunction {
    IntOfInt(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
    }

    int call(int a) {
      try {
        return (int) handle.invokeExact(a);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfPointer(MethodHandle handle) implements CFunction {
    IntOfPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, ADDRESS)));
    }

    int call(MemorySegment a) {
      try {
        return (int) handle.invokeExact(a);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfPointerInt(MethodHandle handle) implements CFunction {
    IntOfPointerInt(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT)));
    }

    int call(MemorySegment a, int b) {
      try {
        return (int) handle.invokeExact(a, b);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfPointerPointerInt(MethodHandle handle) implements CFunction {
    IntOfPointerPointerInt(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT)));
    }

    int call(MemorySegment a, MemorySegment b, int c) {
      try {
        return (int) handle.invokeExact(a, b, c);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfIntPointer(MethodHandle handle) implements CFunction {
    IntOfIntPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS)));
    }

    int call(int a, MemorySegment b) {
      try {
        return (int) handle.invokeExact(a, b);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfIntPointerPointer(MethodHandle handle) implements CFunction {
    IntOfIntPointerPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS)));
    }

    int call(int a, MemorySegment b, MemorySegment c) {
      try {
        return (int) handle.invokeExact(a, b, c);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfIntPointerPointerLong(MethodHandle handle) implements CFunction {
    IntOfIntPointerPointerLong(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG)));
    }

    int call(int a, MemorySegment b, MemorySegment c, long d) {
      try {
        return (int) handle.invokeExact(a, b, c, d);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfIntIntIntPointer(MethodHandle handle) implements CFunction {
    IntOfIntIntIntPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS)));
    }

    int call(int a, int b, int c, MemorySegment d) {
      try {
        return (int) handle.invokeExact(a, b, c, d);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfIntPointerPointerPointer(MethodHandle handle) implements CFunction {
    IntOfIntPointerPointerPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS)));
    }

    int call(int a, MemorySegment b, MemorySegment c, MemorySegment d) {
      try {
        return (int) handle.invokeExact(a, b, c, d);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfIntFourPointers(MethodHandle handle) implements CFunction {
    IntOfIntFourPointers(String symbol) {
      this(
          link(
              symbol,
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS)));
    }

    int call(int a, MemorySegment b, MemorySegment c, MemorySegment d, MemorySegment e) {
      try {
        return (int) handle.invokeExact(a, b, c, d, e);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfIntSixPointers(MethodHandle handle) implements CFunction {
    IntOfIntSixPointers(String symbol) {
      this(
          link(
              symbol,
              FunctionDescriptor.of(
                  JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS)));
    }

    int call(
        int a,
        MemorySegment b,
        MemorySegment c,
        MemorySegment d,
        MemorySegment e,
        MemorySegment f,
        MemorySegment g) {
      try {
        return (int) handle.invokeExact(a, b, c, d, e, f, g);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfMapCreation(MethodHandle handle) implements CFunction {
    IntOfMapCreation(String symbol) {
      this(
          link(
              symbol,
              FunctionDescriptor.of(
                  JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS)));
    }

    int call(int a, MemorySegment b, int c, int d, int e, MemorySegment f) {
      try {
        return (int) handle.invokeExact(a, b, c, d, e, f);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record IntOfProgramLoad(MethodHandle handle) implements CFunction {
    IntOfProgramLoad(String symbol) {
      this(
          link(
              symbol,
              FunctionDescriptor.of(
                  JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS)));
    }

    int call(int a, MemorySegment b, MemorySegment c, MemorySegment d, long e, MemorySegment f) {
      try {
        return (int) handle.invokeExact(a, b, c, d, e, f);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record LongOfPointerInt(MethodHandle handle) implements CFunction {
    LongOfPointerInt(String symbol) {
      this(link(symbol, FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT)));
    }

    long call(MemorySegment a, int b) {
      try {
        return (long) handle.invokeExact(a, b);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record PointerOfNothing(MethodHandle handle) implements CFunction {
    PointerOfNothing(String symbol) {
      this(link(symbol, FunctionDescriptor.of(ADDRESS)));
    }

    MemorySegment call() {
      try {
        return (MemorySegment) handle.invokeExact();
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record PointerOfPointer(MethodHandle handle) implements CFunction {
    PointerOfPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS)));
    }

    MemorySegment call(MemorySegment a) {
      try {
        return (MemorySegment) handle.invokeExact(a);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record PointerOfPointerInt(MethodHandle handle) implements CFunction {
    PointerOfPointerInt(String symbol) {
      this(link(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT)));
    }

    MemorySegment call(MemorySegment a, int b) {
      try {
        return (MemorySegment) handle.invokeExact(a, b);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record PointerOfPointerPointer(MethodHandle handle) implements CFunction {
    PointerOfPointerPointer(String symbol) {
      this(link(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS)));
    }

    MemorySegment call(MemorySegment a, MemorySegment b) {
      try {
        return (MemorySegment) handle.invokeExact(a, b);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record CheckedPointerOfPointer(MethodHandle handle) implements CFunction {
    CheckedPointerOfPointer(String symbol) {
      this(linkChecked(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS)));
    }

    MemorySegment call(MemorySegment state, MemorySegment a) {
      try {
        return (MemorySegment) handle.invokeExact(state, a);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record CheckedPointerOfPointerInt(MethodHandle handle) implements CFunction {
    CheckedPointerOfPointerInt(String symbol) {
      this(linkChecked(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT)));
    }

    MemorySegment call(MemorySegment state, MemorySegment a, int b) {
      try {
        return (MemorySegment) handle.invokeExact(state, a, b);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record CheckedPointerOfPointerPointer(MethodHandle handle) implements CFunction {
    CheckedPointerOfPointerPointer(String symbol) {
      this(linkChecked(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS)));
    }

    MemorySegment call(MemorySegment state, MemorySegment a, MemorySegment b) {
      try {
        return (MemorySegment) handle.invokeExact(state, a, b);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record CheckedPointerOfFourPointers(MethodHandle handle) implements CFunction {
    CheckedPointerOfFourPointers(String symbol) {
      this(linkChecked(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS)));
    }

    MemorySegment call(
        MemorySegment state, MemorySegment a, MemorySegment b, MemorySegment c, MemorySegment d) {
      try {
        return (MemorySegment) handle.invokeExact(state, a, b, c, d);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }

  record CheckedPointerOfPointerLongPointer(MethodHandle handle) implements CFunction {
    CheckedPointerOfPointerLongPointer(String symbol) {
      this(linkChecked(symbol, FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS)));
    }

    MemorySegment call(MemorySegment state, MemorySegment a, long b, MemorySegment c) {
      try {
        return (MemorySegment) handle.invokeExact(state, a, b, c);
      } catch (Throwable thrown) {
        throw NativeLibrary.unexpected(thrown);
      }
    }
  }
}
