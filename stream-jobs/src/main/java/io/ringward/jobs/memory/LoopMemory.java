/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.memory;

import java.net.URI;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The memory of the job on one feed. A ring cannot be read twice, so what was made from it must not
 * be lost when Flink restarts the job within this process: the ordered stage lives here and not in
 * a checkpoint. Whoever runs the job opens the memory before and closes it after.
 *
 * <p>Thread-safe; the stage itself is used by one attempt of the job at a time.
 */
public final class LoopMemory implements AutoCloseable {
  private static final ConcurrentHashMap<URI, LoopMemory> OPEN = new ConcurrentHashMap<>();

  private final URI uri;
  private final LoopSettings settings;
  private final Object stage;
  private final StateExchange exchange;
  private final VerdictFeedback feedback = new VerdictFeedback();

  private LoopMemory(URI uri, LoopSettings settings, Object stage, StateExchange exchange) {
    this.uri = Objects.requireNonNull(uri);
    this.settings = Objects.requireNonNull(settings);
    this.stage = Objects.requireNonNull(stage);
    this.exchange = Objects.requireNonNull(exchange);
  }

  /**
   * Opens the memory of a feed.
   *
   * @param stage makes the ordered stage of the settings
   * @param exchange records or replays what the operators know
   * @throws IllegalStateException when a job runs on this feed
   */
  public static LoopMemory open(
      URI uri, LoopSettings settings, Function<LoopSettings, ?> stage, StateExchange exchange) {
    LoopMemory memory = new LoopMemory(uri, settings, stage.apply(settings), exchange);
    if (OPEN.putIfAbsent(uri, memory) != null) {
      throw new IllegalStateException("a job already runs on " + uri);
    }
    exchange.opened(settings);
    return memory;
  }

  /**
   * The memory of a feed.
   *
   * @throws IllegalStateException when it is not open
   */
  public static LoopMemory at(URI uri) {
    LoopMemory memory = OPEN.get(uri);
    if (memory == null) {
      throw new IllegalStateException("no job is open on " + uri);
    }
    return memory;
  }

  public LoopSettings settings() {
    return settings;
  }

  /** The ordered stage, of the type that {@link #open} was given. */
  public <T> T stage(Class<T> type) {
    return type.cast(stage);
  }

  /** Where operators hand their state over at the marks of a recording. */
  public StateExchange exchange() {
    return exchange;
  }

  public VerdictFeedback feedback() {
    return feedback;
  }

  /** Forgets all. Idempotent. */
  @Override
  public void close() {
    OPEN.remove(uri, this);
  }
}
