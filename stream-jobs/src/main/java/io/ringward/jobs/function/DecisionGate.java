/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.jobs.memory.StateExchange;
import io.ringward.jobs.memory.StateExchange.Input;
import io.ringward.jobs.types.DecideItem;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * In which order the decide operator takes from its two inputs: the stage's own, and the score
 * operator's. Each input keeps its order; what lies between them shows in the times and ids of
 * verdicts. In the one chain of a host there is no race any more; where the two come by threads of
 * their own, that race is run once:
 *
 * <ul>
 *   <li>Live, items are taken as they come, and the recording notes from which input. At a mark the
 *       input that is first waits until the mark has come by the other one too, so that the state
 *       at the mark is that of one place in the feed (Chandy and Lamport, 1985, with the waiting
 *       that Flink calls alignment).
 *   <li>In a replay items wait until the recording says that it is their input's turn. Where it
 *       does not say (its end was lost, the rules are others) they are taken by time, second after
 *       second as the ticks of both inputs arrive: not as it was live, but in every replay the
 *       same.
 * </ul>
 *
 * <p>Used by one thread.
 */
final class DecisionGate {
  private final StateExchange exchange;
  private final Taker taker;
  private final ArrayDeque<DecideItem> staged = new ArrayDeque<>();
  private final ArrayDeque<DecideItem> scored = new ArrayDeque<>();
  private int stagePulses;
  private int scorePulses;
  private int stageMarks;
  private int scoreMarks;

  /** Takes items in their order. */
  interface Taker {
    void take(DecideItem item) throws IOException;

    /** Both inputs stand at this mark. */
    void mark(DecideItem.Mark mark) throws IOException;
  }

  DecisionGate(StateExchange exchange, Taker taker) {
    this.exchange = exchange;
    this.taker = taker;
  }

  /** An item has come. */
  void offer(DecideItem item) throws IOException {
    if (item.scored()) {
      scored.add(item);
      scorePulses += item instanceof DecideItem.Pulse ? 1 : 0;
      scoreMarks += item instanceof DecideItem.Mark ? 1 : 0;
    } else {
      staged.add(item);
      stagePulses += item instanceof DecideItem.StagePulse ? 1 : 0;
      stageMarks += item instanceof DecideItem.Mark ? 1 : 0;
    }
    if (exchange.isReplay()) {
      while (replayNext(false)) {
        // One after the other.
      }
    } else {
      takeAll();
    }
  }

  /** Nothing comes any more. */
  void end() throws IOException {
    while (replayNext(true)) {
      // One after the other.
    }
  }

  /** Items that wait. */
  int waiting() {
    return staged.size() + scored.size();
  }

  private void takeAll() throws IOException {
    while (true) {
      if (takeUnlessMark(staged, Input.STAGE) || takeUnlessMark(scored, Input.SCORE)) {
        continue;
      }
      if (staged.isEmpty() || scored.isEmpty()) {
        return;
      }
      passMark();
    }
  }

  private boolean takeUnlessMark(ArrayDeque<DecideItem> queue, Input input) throws IOException {
    if (queue.isEmpty() || queue.peek() instanceof DecideItem.Mark) {
      return false;
    }
    take(queue, input);
    return true;
  }

  private boolean replayNext(boolean ended) throws IOException {
    Input next = exchange.next();
    if (next == Input.STAGE) {
      dropStagePulses();
    }
    ArrayDeque<DecideItem> queue = next == Input.SCORE ? scored : staged;
    if (next != Input.UNKNOWN && !(queue.peek() instanceof DecideItem.Mark) && !ended) {
      return takeUnlessMark(queue, next);
    }
    if (next != Input.UNKNOWN && !queue.isEmpty() && takeUnlessMark(queue, next)) {
      return true;
    }
    // The recording says no more about the items before the next mark.
    return replayByTime(ended);
  }

  private void dropStagePulses() {
    while (staged.peek() instanceof DecideItem.StagePulse) {
      staged.remove();
      stagePulses--;
    }
  }

  /**
   * Takes by time what lies before the next tick that both inputs have passed, or the next mark.
   */
  private boolean replayByTime(boolean ended) throws IOException {
    boolean stageHalts = staged.isEmpty() || staged.peek() instanceof DecideItem.Mark;
    boolean scoreHalts = scored.isEmpty() || scored.peek() instanceof DecideItem.Mark;
    boolean marked = stageMarks > 0 && scoreMarks > 0;
    if (!ended && !marked && (stagePulses == 0 || scorePulses == 0)) {
      return false;
    }
    if (stageHalts && scoreHalts) {
      if (staged.isEmpty() || scored.isEmpty()) {
        return false;
      }
      passMark();
      return true;
    }
    boolean fromScore =
        stageHalts || (!scoreHalts && scored.peek().timeNanos() < staged.peek().timeNanos());
    if (!fromScore && staged.peek() instanceof DecideItem.StagePulse) {
      staged.remove();
      stagePulses--;
      return true;
    }
    take(fromScore ? scored : staged, fromScore ? Input.SCORE : Input.STAGE);
    return true;
  }

  private void take(ArrayDeque<DecideItem> queue, Input input) throws IOException {
    DecideItem item = queue.remove();
    scorePulses -= item instanceof DecideItem.Pulse ? 1 : 0;
    exchange.decided(input);
    taker.take(item);
  }

  private void passMark() throws IOException {
    DecideItem.Mark mark = (DecideItem.Mark) scored.remove();
    staged.remove();
    stageMarks--;
    scoreMarks--;
    taker.mark(mark);
  }
}
