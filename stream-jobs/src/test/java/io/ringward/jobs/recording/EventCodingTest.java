/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.recording;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.jobs.testing.WireEvents;
import io.ringward.jobs.testing.WireEvents.Actor;
import io.ringward.kernel.Act;
import io.ringward.kernel.Action;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.Decision;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.FileOperation;
import io.ringward.kernel.Hook;
import io.ringward.kernel.KernelSample;
import io.ringward.kernel.KernelSample.CpuAccount;
import io.ringward.kernel.KernelSample.HookCounters;
import io.ringward.kernel.Operation;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is written by what is new in it comes back byte by byte. */
final class EventCodingTest {
  private static final ProcessKey PARENT = new ProcessKey(50, 7);
  private static final ProcessKey ACTOR = new ProcessKey(90, 4711);
  private static final Actor ACTING = new Actor(ACTOR, PARENT, 1000, 42);

  private final CompactOutput out = new CompactOutput();
  private final EventEncoder encoder = new EventEncoder(new EventMemory());
  private final EventDecoder decoder = new EventDecoder(new EventMemory());

  private static List<byte[]> kinds() {
    return List.of(
        WireEvents.exec(
            100, ACTING, new FileIdentity(8, 99), 1, "/bin/sh", List.of("sh", "-c", "x")),
        WireEvents.fork(110, ACTING, new ProcessKey(111, 4712)),
        WireEvents.exit(120, ACTING, 256),
        WireEvents.connect(130, ACTING, 0x7F000001, 443, Decision.ALLOWED),
        WireEvents.bind(140, ACTING, 0, 80),
        WireEvents.act(
            145, ACTING, Act.PTRACE, -1, new ProcessKey(70, 8), new byte[0], 16, 1000, -1, 7),
        WireEvents.act(
            146, ACTING, Act.DNS, 0, new ProcessKey(0, 0), new byte[] {1, 2, 3}, 1, 2, 3),
        WireEvents.enforcement(150, ACTING, 17, 3, Action.BLOCK, Operation.CONNECT),
        WireEvents.syscalls(160, ACTING, 17, 640, 110, 0, 257, 2, 24, 0),
        WireEvents.file(145, ACTING, FileOperation.RENAME, 16, "/etc/a", "/etc/b"));
  }

  private byte[] roundTrip(byte[] event) throws IOException {
    out.clear();
    encoder.encode(event, event.length, out);
    CompactInput in = new CompactInput(Arrays.copyOf(out.bytes(), out.size()));
    int length = decoder.decode(in.octet(), in);
    assertFalse(in.hasRemaining(), "all that was written is read");
    return Arrays.copyOf(decoder.event(), length);
  }

  @Test
  void eachKindComesBack() throws IOException {
    for (byte[] event : kinds()) {
      assertArrayEquals(event, roundTrip(event));
      assertArrayEquals(event, roundTrip(event.clone()));
    }
  }

  /** No field can be added to an event, nor padding be used, without this test noticing it. */
  @Test
  void eachByteOfEachKindComesBack() throws IOException {
    for (byte[] event : kinds()) {
      for (int at = 0; at < event.length; at++) {
        for (int bits : new int[] {1, 0x80, 0xff}) {
          byte[] changed = event.clone();
          changed[at] ^= (byte) bits;
          assertArrayEquals(changed, roundTrip(changed), "byte " + at);
        }
      }
    }
  }

  @Test
  void anyBytesComeBack() throws IOException {
    Random random = new Random(3);
    for (int i = 0; i < 2000; i++) {
      byte[] event = new byte[random.nextInt(300)];
      random.nextBytes(event);
      assertArrayEquals(event, roundTrip(event));
    }
  }

  /** More processes than are remembered: both sides forget at the same event. */
  @Test
  void aForkStormOutgrowsTheMemory() throws IOException {
    for (int i = 0; i < 150_000; i++) {
      Actor actor = new Actor(new ProcessKey(1000 + i, 10 + i), ACTOR, i % 3, 42);
      byte[] event = WireEvents.exit(2000 + i, actor, 0);
      assertArrayEquals(event, roundTrip(event));
    }
  }

  @Test
  void aKnownProcessIsCheap() throws IOException {
    roundTrip(WireEvents.connect(130, ACTING, 0x7F000001, 443, Decision.ALLOWED));
    roundTrip(WireEvents.connect(131, ACTING, 0x7F000001, 443, Decision.ALLOWED));
    assertTrue(out.size() <= 14, out.size() + " bytes of " + WireEvent.SOCKET_BYTES);
  }

  @Test
  void numbersComeBack() throws IOException {
    long[] numbers = {0, 1, -1, 127, 128, -64, 63, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 35};
    for (long number : numbers) {
      out.unsigned(number);
      out.signed(number);
    }
    CompactInput in = new CompactInput(Arrays.copyOf(out.bytes(), out.size()));
    for (long number : numbers) {
      assertEquals(number, in.unsigned());
      assertEquals(number, in.signed());
    }
  }

  private static KernelSample sample(Random random, long time) {
    List<KernelSample.ProcessAccount> processes = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      if (random.nextBoolean()) {
        processes.add(new KernelSample.ProcessAccount(new ProcessKey(i, i + 1), account(random)));
      }
    }
    return new KernelSample(
        time,
        Arrays.stream(Hook.values())
            .map(hook ->
                new HookCounters(
                    hook,
                    random.nextInt(),
                    List.of((long) random.nextInt(), 0L),
                    List.of(0L),
                    random.nextLong(),
                    0))
            .toList(),
        processes,
        List.of(new KernelSample.ControlGroupAccount(random.nextInt(3), account(random))));
  }

  private static CpuAccount account(Random random) {
    List<Long> histogram = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      histogram.add(random.nextBoolean() ? 0L : random.nextLong());
    }
    return new CpuAccount(random.nextInt(9), random.nextLong(), 3, histogram);
  }

  @Test
  void itemsOfAllKindsComeBackInTheirOrder() throws IOException {
    ItemEncoder items = new ItemEncoder(out);
    Random random = new Random(5);
    List<Object> expected = new ArrayList<>();
    List<byte[]> kinds = kinds();
    for (int i = 0; i < 500; i++) {
      byte[] event = kinds.get(random.nextInt(kinds.size()));
      items.event(event, event.length);
      expected.add(event);
      ControlItem control =
          switch (random.nextInt(4)) {
            case 0 -> new ControlItem.Tick(random.nextLong(), random.nextLong());
            case 1 -> new ControlItem.Sampled(sample(random, i));
            case 2 -> new ControlItem.RecordingMark(i, i, i % 2 == 0);
            default -> new ControlItem.ReleaseVerdict(i, 17, "root");
          };
      items.control(control);
      expected.add(control);
    }
    items.gap(99);
    CompactInput in = new CompactInput(Arrays.copyOf(out.bytes(), out.size()));
    ItemDecoder decoded = new ItemDecoder();
    long[] lost = {0};
    for (Object one : expected) {
      FeedItem item = decoded.next(in, count -> lost[0] += count);
      if (one instanceof byte[] event) {
        assertArrayEquals(event, Recorded.bytes(item));
      } else {
        assertEquals(one, item);
      }
    }
    assertEquals(null, decoded.next(in, count -> lost[0] += count));
    assertEquals(99, lost[0]);
  }
}
