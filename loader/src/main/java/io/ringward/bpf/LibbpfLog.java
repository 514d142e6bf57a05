/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes libbpf's warnings off standard error: they go into the exception of the call that caused
 * them, or else to the log at debug level. libbpf prints on the calling thread only.
 */
@SuppressWarnings("restricted") // native access is what this package is for
final class LibbpfLog {
  private static final Logger LOG = LoggerFactory.getLogger(LibbpfLog.class);
  private static final int LIBBPF_WARN = 0;
  private static final int MESSAGE_BYTES = 1024;
  private static final int CAPTURED_MESSAGES = 16;
  private static final ThreadLocal<Capture> CAPTURE = new ThreadLocal<>();

  private LibbpfLog() {}

  /** The warnings of the calls made by this thread until it is closed; the first few of them. */
  static final class Capture implements AutoCloseable {
    private final List<String> messages = new ArrayList<>();

    private Capture() {}

    List<String> messages() {
      return List.copyOf(messages);
    }

    @Override
    public void close() {
      CAPTURE.remove();
    }
  }

  static Capture capture() {
    Capture capture = new Capture();
    CAPTURE.set(capture);
    return capture;
  }

  /** Replaces libbpf's print function for the whole process. */
  static void install() {
    try {
      MethodHandle print =
          MethodHandles.lookup()
              .findStatic(
                  LibbpfLog.class,
                  "print",
                  MethodType.methodType(
                      int.class, int.class, MemorySegment.class, MemorySegment.class));
      // The va_list is an array type, or a struct too big for registers: a pointer either way.
      FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
      MemorySegment _ =
          LibbpfNative.SET_PRINT.call(
              Linker.nativeLinker().upcallStub(print, type, Arena.global()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the print function of this class is gone", e);
    }
  }

  /** libbpf_print_fn_t. Nothing may be thrown from here: it would end the JVM. */
  @SuppressWarnings("unused") // called by libbpf
  private static int print(int level, MemorySegment format, MemorySegment arguments) {
    if (level != LIBBPF_WARN) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(MESSAGE_BYTES);
      int length = LibcNative.vsnprintf(buffer, MESSAGE_BYTES, format, arguments);
      accept(buffer.getString(0).strip());
      return length;
    } catch (Throwable e) {
      return -1;
    }
  }

  private static void accept(String message) {
    // The verifier's log has a buffer of its own, without the bound that applies here.
    if (message.isEmpty() || message.contains("BEGIN PROG LOAD LOG")) {
      return;
    }
    Capture capture = CAPTURE.get();
    if (capture == null) {
      LOG.debug("{}", message);
    } else if (capture.messages.size() < CAPTURED_MESSAGES) {
      capture.messages.add(message);
    }
  }
}
