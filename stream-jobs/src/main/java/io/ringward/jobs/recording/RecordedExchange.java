/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.memory.LoopSettings;
import io.ringward.jobs.memory.StateExchange;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.util.EnumMap;
import java.util.Optional;

/** Gives the operators of a replay their recorded state, and the order of their decisions. */
final class RecordedExchange implements StateExchange {
  private final RecordingIndex index;
  private final boolean ordered;

  // Of the decide operator's thread.
  private DecisionOrder order = new DecisionOrder();

  /**
   * @param ordered whether the recorded order of decisions is that of the replay
   */
  RecordedExchange(RecordingIndex index, boolean ordered) {
    this.index = index;
    this.ordered = ordered;
  }

  @Override
  public void opened(LoopSettings settings) {}

  @Override
  public void attempted() {}

  @Override
  public boolean isReplay() {
    return true;
  }

  @Override
  public Optional<DataInput> given(int mark, Part part) {
    if (part == Part.DECIDE) {
      DecisionOrder recorded = index.orders.get(mark);
      order = ordered && recorded != null ? recorded : new DecisionOrder();
    }
    EnumMap<Part, byte[]> state = index.states.get(mark);
    return state == null
        ? Optional.empty()
        : Optional.ofNullable(state.get(part))
            .map(image -> new DataInputStream(new ByteArrayInputStream(image)));
  }

  @Override
  public void taken(int mark, Part part, byte[] image) {
    throw new IllegalStateException("a replay has no state for the operator " + part);
  }

  @Override
  public void ended(int mark) {}

  @Override
  public Input next() {
    return order.next();
  }

  @Override
  public void decided(Input input) {
    order.took(input);
  }
}
