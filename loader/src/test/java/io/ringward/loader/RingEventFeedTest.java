/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.bpf.BootClock;
import io.ringward.kernel.ControlItem;
import io.ringward.kernel.Event;
import io.ringward.kernel.EventFeed;
import io.ringward.kernel.EventView;
import io.ringward.kernel.FeedItem;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In which order a live feed hands things over, and how it sleeps and wakes. */
final class RingEventFeedTest {
  private HostKernelFixture fixture;
  private EventFeed feed;

  @BeforeEach
  void open() throws IOException {
    fixture = new HostKernelFixture(HostKernelFixture.options());
    feed = fixture.kernel().feed();
  }

  @AfterEach
  void close() throws IOException {
    fixture.close();
  }

  @Test
  void beginsWithWhoWasThereParentsFirst() {
    List<FeedItem> first = new ArrayList<>();
    assertEquals(1, feed.poll(first::add, 1));
    assertInstanceOf(ControlItem.Bootstrap.class, first.getFirst());
    List<ProcessInfo> processes = new ArrayList<>();
    processes.add(((ControlItem.Bootstrap) first.getFirst()).process());
    fixture.control().stream()
        .filter(ControlItem.Bootstrap.class::isInstance)
        .map(item -> ((ControlItem.Bootstrap) item).process())
        .forEach(processes::add);
    Set<ProcessKey> all = new HashSet<>();
    processes.forEach(process -> all.add(process.key()));
    Set<ProcessKey> seen = new HashSet<>();
    for (ProcessInfo process : processes) {
      assertTrue(
          !all.contains(process.parent()) || seen.contains(process.parent()),
          () -> process + " comes before its parent");
      seen.add(process.key());
    }
    ProcessInfo self =
        processes.stream()
            .filter(process -> process.key().tgid() == ProcessHandle.current().pid())
            .findFirst()
            .orElseThrow();
    assertEquals(ProcessHandle.current().info().command().orElseThrow(), self.path());
    assertEquals(ProcessHandle.current().parent().orElseThrow().pid(), self.parent().tgid());
    assertTrue(self.arguments().size() > 1);
    assertTrue(self.executable().inode() != 0);
  }

  @Test
  void tellsWhatOneProcessDoesInItsOrderAcrossBothRings() {
    Actor actor = fixture.stage().start();
    // Both rings fill while nobody reads.
    for (int i = 0; i < 50; i++) {
      actor.ask("run /bin/true " + i);
      actor.connect(1);
    }
    actor.ask("exit 0");
    ActorStage.await("the end", () -> !actor.isAlive());
    List<Event> own =
        fixture.events().stream()
            .filter(event -> event.header().process().tgid() == actor.pid())
            .filter(event -> !(event instanceof Event.Exec))
            .toList();
    assertInstanceOf(Event.Exit.class, own.getLast());
    List<Event> forksAndConnects = own.subList(own.size() - 101, own.size() - 1);
    for (int i = 0; i < forksAndConnects.size(); i++) {
      Class<? extends Event> expected = i % 2 == 0 ? Event.Fork.class : Event.Connect.class;
      assertEquals(expected, forksAndConnects.get(i).getClass(), "at " + i);
    }
    for (int i = 1; i < own.size(); i++) {
      assertTrue(
          own.get(i - 1).header().kernelTimeNanos() <= own.get(i).header().kernelTimeNanos());
    }
  }

  @Test
  void keepsThatOrderWhileTheConsumerRunsBesideTheProducer() throws InterruptedException {
    Actor actor = fixture.stage().start();
    fixture.drain();
    Thread work =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 0; i < 300; i++) {
                actor.fork().connect(1);
              }
            });
    Set<Integer> forked = new HashSet<>();
    List<Integer> tooEarly = new ArrayList<>();
    int[] connects = new int[1];
    while (work.isAlive() || feed.lagBytes() > 0) {
      int unused =
          feed.poll(
              item -> {
                if (item instanceof EventView view) {
                  switch (view.kind()) {
                    case FORK -> forked.add(view.childTgid());
                    case CONNECT -> {
                      if (view.parentTgid() == actor.pid()) {
                        connects[0]++;
                        if (!forked.contains(view.tgid())) {
                          tooEarly.add(view.tgid());
                        }
                      }
                    }
                    case EXEC, EXIT, BIND, ENFORCEMENT -> {}
                  }
                }
              },
              64);
    }
    work.join();
    assertEquals(300, connects[0]);
    assertEquals(List.of(), tooEarly);
  }

  @Test
  void ticksAndControlItemsComeBeforeEvents() throws InterruptedException {
    Actor actor = fixture.stage().start();
    fixture.drain();
    actor.connect(5);
    ControlItem release = new ControlItem.ReleaseVerdict(BootClock.nanos(), 7, "test");
    assertTrue(feed.submit(release));
    List<Object> order = new ArrayList<>();
    while (order.stream().noneMatch(ControlItem.Tick.class::isInstance)) {
      feed.await(1_000_000_000L);
      feed.poll(item -> order.add(item instanceof EventView view ? view.toEvent() : item), 100);
    }
    int item = order.indexOf(release);
    assertTrue(item >= 0);
    assertTrue(order.subList(0, item).stream().noneMatch(Event.class::isInstance));
  }

  @Test
  void queueOfControlItemsIsBounded() {
    ControlItem item = new ControlItem.ReleaseVerdict(0, 7, "test");
    int taken = 0;
    while (feed.submit(item)) {
      taken++;
      assertTrue(taken <= 1 << 20, "no bound");
    }
    assertTrue(taken > 0);
  }

  @Test
  void awaitEndsByWakeupAndByClosing() throws InterruptedException {
    fixture.drain();
    boolean[] ended = new boolean[1];
    Thread sleeper =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (!ended[0]) {
                  feed.await(60_000_000_000L);
                  feed.poll(item -> {}, 1000);
                }
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              } catch (IllegalStateException closed) {
                ended[0] = true;
              }
            });
    feed.wakeup();
    feed.close();
    sleeper.join();
    assertTrue(ended[0]);
    assertThrows(IllegalStateException.class, () -> feed.poll(item -> {}, 1));
    assertFalse(feed.ended());
  }
}
