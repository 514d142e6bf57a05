/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

/** The libbpf that this JVM runs with. Thread-safe. */
public final class Libbpf {
  private static boolean ready;

  private Libbpf() {}

  /**
   * Makes sure that libbpf is there and can be called; every entry point of this package does so
   * itself. Sets libbpf's process-wide print function.
   *
   * @throws BpfUnavailableException with what to install or which JVM flag to add
   */
  public static synchronized void require() {
    if (ready) {
      return;
    }
    // Tried here first: in the initialiser of LibbpfNative the failure would come wrapped.
    NativeLibrary _ = NativeLibrary.open(LibbpfNative.SONAME, LibbpfNative.REMEDY);
    try {
      LibbpfLog.install();
    } catch (ExceptionInInitializerError e) {
      if (e.getCause() instanceof BpfUnavailableException cause) {
        throw cause;
      }
      throw e;
    }
    ready = true;
  }

  /** The version, such as {@code v1.1}. */
  public static String version() {
    require();
    return LibbpfNative.string(LibbpfNative.VERSION_STRING.call());
  }

  /** The number of possible CPUs: of values that a per-CPU map keeps below one key. */
  public static int possibleCpus() {
    require();
    return BpfException.check("Read the possible CPUs", LibbpfNative.NUM_POSSIBLE_CPUS.call());
  }
}
