/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import java.util.List;

/** One thing that is measured. */
interface Benchmark {
  /** What it is called on the command line. */
  String name();

  /** What is measured, and how: one paragraph. */
  String method();

  /**
   * Measures.
   *
   * @param tiny so small that the figures mean nothing: proves that it runs
   * @throws BenchmarkException when something that it needs is missing
   */
  List<Figure> run(boolean tiny) throws Exception;
}
