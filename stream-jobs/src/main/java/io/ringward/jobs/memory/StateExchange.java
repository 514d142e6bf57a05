/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.memory;

import java.io.DataInput;
import java.io.IOException;
import java.util.Optional;

/**
 * How a recording gets to know what the operators of a loop know, and a replay gives it back to
 * them. All of it happens at a {@link io.ringward.kernel.ControlItem.RecordingMark}: each operator
 * calls {@link #given} when the mark comes by, goes on from what it is given, and if that is
 * nothing calls {@link #taken} with its own state.
 *
 * <p>Beside state it carries the one thing that is not decided by the order of the feed: in which
 * order the decide operator takes from its two inputs.
 *
 * <p>Implementations are thread-safe and never block the operators.
 */
public interface StateExchange {
  /** An operator with state. */
  enum Part {
    STAGE,
    SCORE,
    DECIDE
  }

  /** An input of the decide operator. */
  enum Input {
    STAGE,
    SCORE,
    /** The recording does not say. */
    UNKNOWN
  }

  /** Nothing is recorded, nothing replayed. */
  StateExchange NONE =
      new StateExchange() {
        @Override
        public void opened(LoopSettings settings) {}

        @Override
        public void attempted() {}

        @Override
        public boolean isReplay() {
          return false;
        }

        @Override
        public Optional<DataInput> given(int mark, Part part) {
          return Optional.empty();
        }

        @Override
        public void taken(int mark, Part part, byte[] image) {}

        @Override
        public void ended(int mark) {}

        @Override
        public Input next() {
          return Input.UNKNOWN;
        }

        @Override
        public void decided(Input input) {}
      };

  /** The job goes by these settings. Called once, before anything runs. */
  void opened(LoopSettings settings);

  /**
   * An attempt of the job begins, the first one or another after a failure: what was on its way
   * between the operators is lost.
   */
  void attempted();

  /** Whether this is a replay, where nothing needs to be fast and the order is given. */
  boolean isReplay();

  /** The state that an operator goes on from at a mark; empty when it goes on from its own. */
  Optional<DataInput> given(int mark, Part part) throws IOException;

  /**
   * An operator's state at a mark.
   *
   * @param image not changed by anybody any more
   */
  void taken(int mark, Part part, byte[] image);

  /** A mark that ends a recording has passed through all operators. */
  void ended(int mark);

  /** From which input the decide operator took its next item when it was recorded. */
  Input next();

  /** The decide operator has taken an item from this input, which is known. */
  void decided(Input input);
}
