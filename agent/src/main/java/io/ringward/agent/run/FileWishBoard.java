/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.kernel.FileWish;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Who wishes to know which operations on files: the rules in force, and those who look on. Together
 * they are what the kernel is asked for. Thread-safe.
 */
final class FileWishBoard {
  private final Consumer<Collection<FileWish>> kernel;
  private final Map<Object, List<FileWish>> listeners = new LinkedHashMap<>();
  private List<FileWish> ofRules = List.of();

  /** Somebody's wishes; ends when it is closed. Idempotent. */
  interface Wishing extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param kernel takes all wishes whenever they change
   */
  FileWishBoard(Consumer<Collection<FileWish>> kernel) {
    this.kernel = kernel;
  }

  /** Replaces what the rules wish for. */
  synchronized void ofRules(List<FileWish> wishes) {
    ofRules = List.copyOf(wishes);
    tell();
  }

  /** Adds the wishes of somebody who looks on. */
  synchronized Wishing add(List<FileWish> wishes) {
    Object listener = new Object();
    if (wishes.isEmpty()) {
      return () -> {};
    }
    listeners.put(listener, List.copyOf(wishes));
    tell();
    return () -> remove(listener);
  }

  private synchronized void remove(Object listener) {
    if (listeners.remove(listener) != null) {
      tell();
    }
  }

  private void tell() {
    Set<FileWish> all = new LinkedHashSet<>(ofRules);
    new ArrayList<>(listeners.values()).forEach(all::addAll);
    kernel.accept(all);
  }
}
