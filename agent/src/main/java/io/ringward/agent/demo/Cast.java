/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Everybody whom the demo has started: nobody of them outlives it. Thread-safe. */
final class Cast implements AutoCloseable {
  private final List<Actor> actors = new CopyOnWriteArrayList<>();

  Actor add(Path program, Path script, List<Path> groups, String... arguments)
      throws DemoException {
    Actor actor = Actor.start(program, script, groups, arguments);
    actors.add(actor);
    return actor;
  }

  /** All pids there ever were. */
  List<Long> pids() {
    return actors.stream().map(Actor::pid).toList();
  }

  @Override
  public void close() {
    actors.forEach(Actor::close);
  }
}
