/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

/** One act of the demo. */
interface Act {
  /** One line for people. */
  String title();

  /**
   * Plays it, and tells each fact as it comes.
   *
   * @return whether everything happened as the demo says it does
   * @throws DemoException when nothing can be told any more
   */
  boolean play(Stage stage) throws DemoException, InterruptedException;
}
