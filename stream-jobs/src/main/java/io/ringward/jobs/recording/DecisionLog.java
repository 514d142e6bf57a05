/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import io.ringward.jobs.memory.StateExchange.Input;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects what the decide operator does, until the writer takes it: from which input it took, as
 * lengths of runs, and what the verdict table answered. Thread-safe and bounded.
 *
 * <p>The payload of a block: number of the mark, the input of the first run (0 stage, 1 score),
 * count of runs, their lengths, inputs in turn; then the answers, to the end.
 */
final class DecisionLog {
  private static final int MOST_BYTES = 8 << 20;

  private final CompactOutput runs = new CompactOutput();
  private final CompactOutput answers = new CompactOutput();
  private final List<byte[]> packed = new ArrayList<>();
  private int mark = -1;
  private Input first = Input.STAGE;
  private Input input = Input.STAGE;
  private long run;
  private int count;
  private boolean overflowed;

  /** What follows is decided behind this mark. */
  synchronized void begin(int mark) {
    pack();
    this.mark = mark;
    overflowed = false;
  }

  synchronized void took(Input from) {
    if (mark < 0 || overflowed) {
      return;
    }
    if (run > 0 && from != input) {
      endRun();
    }
    if (run == 0 && count == 0) {
      first = from;
    }
    input = from;
    run++;
  }

  private void endRun() {
    runs.unsigned(run);
    count++;
    run = 0;
    overflowed |= runs.size() > MOST_BYTES;
  }

  synchronized void answered(VerdictAnswer answer) {
    if (mark < 0 || overflowed) {
      return;
    }
    try {
      VerdictAnswer.write(answer, new DataOutputStream(answers));
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory does not fail", e);
    }
    overflowed |= answers.size() > MOST_BYTES;
  }

  /** Whether something did not fit: what follows until the next mark is not ordered. */
  synchronized boolean overflowed() {
    return overflowed;
  }

  /** What has been collected since the last call, as payloads of blocks. */
  synchronized List<byte[]> take() {
    pack();
    List<byte[]> all = List.copyOf(packed);
    packed.clear();
    return all;
  }

  private void pack() {
    if (mark >= 0 && (run > 0 || count > 0 || answers.size() > 0)) {
      if (run > 0) {
        endRun();
      }
      CompactOutput out = new CompactOutput();
      out.unsigned(mark);
      out.write(first == Input.SCORE ? 1 : 0);
      out.unsigned(count);
      out.write(runs.bytes(), 0, runs.size());
      out.write(answers.bytes(), 0, answers.size());
      packed.add(Arrays.copyOf(out.bytes(), out.size()));
    }
    runs.clear();
    answers.clear();
    count = 0;
  }
}
