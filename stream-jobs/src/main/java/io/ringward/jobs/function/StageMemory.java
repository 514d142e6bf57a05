/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import java.net.URI;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The stages of this JVM by their feed, so that an attempt of the job goes on with what the attempt
 * before has built from a feed that cannot be read twice. Whoever runs the job opens the memory
 * before and closes it after. Thread-safe; a stage itself is used by one attempt at a time.
 */
public final class StageMemory implements AutoCloseable {
  private static final ConcurrentHashMap<URI, HostStage> OPEN = new ConcurrentHashMap<>();

  private final URI uri;
  private final HostStage stage;

  private StageMemory(URI uri, HostStage stage) {
    this.uri = uri;
    this.stage = stage;
  }

  /**
   * Makes the stage of a feed.
   *
   * @throws IllegalArgumentException when the rules are wrong; the message says where and why
   * @throws IllegalStateException when a job runs on this feed
   */
  public static StageMemory open(URI uri, StageOptions options) {
    HostStage stage = new HostStage(options);
    if (OPEN.putIfAbsent(uri, stage) != null) {
      throw new IllegalStateException("a job already runs on " + uri);
    }
    return new StageMemory(uri, stage);
  }

  /**
   * The stage of a feed.
   *
   * @throws IllegalStateException when nobody has opened it
   */
  static HostStage at(URI uri) {
    HostStage stage = OPEN.get(uri);
    if (stage == null) {
      throw new IllegalStateException("no stage is open for " + uri);
    }
    return stage;
  }

  /** Forgets the stage. Idempotent. */
  @Override
  public void close() {
    OPEN.remove(uri, stage);
  }
}
