/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The compiled kernel programs: one ELF object for all kernels from 5.15 on, made by clang when
 * this module was built. CO-RE fits it to the running kernel at load, so a machine that runs
 * Ringward needs no compiler.
 */
public final class KernelObject {
  /** The class path resource. */
  public static final String RESOURCE = "/io/ringward/kernel/ringward.bpf.o";

  private KernelObject() {}

  /**
   * The object's bytes, a fresh array at each call.
   *
   * @throws IllegalStateException when this jar was built without it
   */
  public static byte[] bytes() {
    try (InputStream in = KernelObject.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            RESOURCE + " is not on the class path: build bpf-programs, which needs clang");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }
}
