/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

/** Takes vectors as windows close. Called on the windows' own thread. */
@FunctionalInterface
public interface VectorSink {
  /** The vector is a value: it may be kept. */
  void accept(FeatureVector vector);
}
