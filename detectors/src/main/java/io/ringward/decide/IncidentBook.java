/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.decide;

import io.ringward.kernel.ContractCodec;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.Finding;
import io.ringward.kernel.Incident;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Verdict;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells people once, and counts the rest: findings of one detector on one program in one process
 * tree are one incident. It is told at its first finding, at each new verdict, at its 10th, 100th,
 * 1000th … finding, and otherwise once a minute while findings come. After {@value #QUIET_SECONDS}
 * s of quiet it is over, which is told, and the next finding begins another. An incident about no
 * tree (an alarm of the disarmer) lasts until {@link #close}.
 *
 * <p>An incident shows the verdict that is in force, and none once it has ended.
 *
 * <p>Single-threaded. Bounded: the incident that was quiet longest is given up, and counted.
 */
public final class IncidentBook {
  /** Incidents kept unless said otherwise. */
  public static final int DEFAULT_CAPACITY = 1024;

  /** An incident without findings for so long is over. */
  public static final int QUIET_SECONDS = 600;

  private static final long REPORT_NANOS = 60_000_000_000L;
  private static final long QUIET_NANOS = QUIET_SECONDS * 1_000_000_000L;
  private static final int VERSION = 1;
  private static final int MOST = 65_536;

  private final int capacity;
  private final String prefix;
  private final LinkedHashMap<Key, Entry> open = new LinkedHashMap<>(64, 0.75f, true);
  private long sequence;
  private long evictions;

  /** What makes findings one incident. */
  private record Key(String detector, FileIdentity executable, ProcessKey tree) {}

  private static final class Entry {
    String id = "";
    boolean mayAge = true;
    long firstNanos;
    long lastNanos;
    long count;
    long reportAt = 10;
    long reportedNanos;
    long reportedCount;
    Finding finding;
    Optional<Verdict> verdict = Optional.empty();
    String outcome = "";

    Incident incident(boolean over) {
      return new Incident(id, firstNanos, lastNanos, count, finding, verdict, outcome, over);
    }
  }

  /**
   * @param capacity incidents kept at most
   * @param prefix makes ids unique beyond this boot: part of the boot id, for example
   */
  public IncidentBook(int capacity, String prefix) {
    if (capacity < 1 || capacity > MOST) {
      throw new IllegalArgumentException("1 to " + MOST + " incidents, not " + capacity);
    }
    this.capacity = capacity;
    this.prefix = Objects.requireNonNull(prefix);
  }

  /**
   * Takes a finding.
   *
   * @param tree the root of the process tree that it belongs to
   * @param verdict a new verdict, when there is one
   * @param outcome what became of it
   * @return what is to be told now, if anything
   */
  public Optional<Incident> record(
      Finding finding, ProcessKey tree, Optional<Verdict> verdict, String outcome, long nowNanos) {
    Key key = new Key(finding.detector(), finding.process().executable(), tree);
    Entry entry = open.get(key);
    if (entry != null && entry.mayAge && nowNanos - entry.lastNanos >= QUIET_NANOS) {
      open.remove(key);
      entry = null;
    }
    if (entry == null) {
      entry = begin(key, nowNanos);
    }
    entry.count++;
    entry.lastNanos = Math.max(entry.lastNanos, nowNanos);
    entry.finding = finding;
    entry.outcome = outcome;
    if (verdict.isPresent()) {
      entry.verdict = verdict;
    }
    boolean round = entry.count >= entry.reportAt;
    if (round) {
      entry.reportAt *= 10;
    }
    if (entry.count == 1
        || round
        || verdict.isPresent()
        || nowNanos - entry.reportedNanos >= REPORT_NANOS) {
      return Optional.of(report(entry, false, nowNanos));
    }
    return Optional.empty();
  }

  /**
   * A verdict has ended before its expiry, or was never in force.
   *
   * @param instead the weaker verdict that took its place
   * @param outcome what became of it
   * @return what is to be told now
   */
  public Optional<Incident> ended(
      long verdictId, Optional<Verdict> instead, String outcome, long nowNanos) {
    for (Entry entry : open.values()) {
      if (entry.verdict.isPresent() && entry.verdict.get().id() == verdictId) {
        entry.verdict = instead;
        entry.outcome = outcome;
        return Optional.of(report(entry, false, nowNanos));
      }
    }
    return Optional.empty();
  }

  /** Closes the incident of a detector that is about no tree. */
  public Optional<Incident> close(String detector, String outcome, long nowNanos) {
    for (Iterator<Entry> entries = open.values().iterator(); entries.hasNext(); ) {
      Entry entry = entries.next();
      if (!entry.mayAge && entry.finding.detector().equals(detector)) {
        entries.remove();
        entry.outcome = outcome;
        return Optional.of(report(entry, true, nowNanos));
      }
    }
    return Optional.empty();
  }

  /**
   * Passes time: tells repeats that have waited for a minute, and closes what is over. Called with
   * each tick.
   */
  public List<Incident> onTick(long nowNanos) {
    List<Incident> told = List.of();
    Iterator<Entry> entries = open.values().iterator();
    while (entries.hasNext()) {
      Entry entry = entries.next();
      boolean over = entry.mayAge && nowNanos - entry.lastNanos >= QUIET_NANOS;
      boolean waits =
          entry.count > entry.reportedCount && nowNanos - entry.reportedNanos >= REPORT_NANOS;
      if (waits || over) {
        if (told.isEmpty()) {
          told = new ArrayList<>();
        }
        told.add(report(entry, over, nowNanos));
      }
      if (over) {
        entries.remove();
      }
    }
    return told;
  }

  /** Incidents that are open. */
  public int size() {
    return open.size();
  }

  /** Incidents given up because there were too many. */
  public long evictions() {
    return evictions;
  }

  private Entry begin(Key key, long nowNanos) {
    if (open.size() == capacity) {
      Iterator<Entry> oldest = open.values().iterator();
      oldest.next();
      oldest.remove();
      evictions++;
    }
    Entry entry = new Entry();
    entry.id = prefix + "-" + ++sequence;
    entry.firstNanos = nowNanos;
    entry.lastNanos = nowNanos;
    entry.mayAge = key.tree().isPresent();
    open.put(key, entry);
    return entry;
  }

  private static Incident report(Entry entry, boolean over, long nowNanos) {
    entry.reportedNanos = nowNanos;
    entry.reportedCount = entry.count;
    entry.verdict = entry.verdict.filter(verdict -> verdict.expiryNanos() > nowNanos);
    return entry.incident(over);
  }

  public void write(DataOutput out) throws IOException {
    out.writeByte(VERSION);
    out.writeLong(sequence);
    out.writeLong(evictions);
    out.writeInt(open.size());
    for (var item : open.entrySet()) {
      ContractCodec.writeKey(item.getKey().tree(), out);
      Entry entry = item.getValue();
      out.writeLong(entry.reportAt);
      out.writeLong(entry.reportedNanos);
      out.writeLong(entry.reportedCount);
      ContractCodec.writeIncident(entry.incident(false), out);
    }
  }

  /**
   * Reads what {@link #write} wrote, as far as it fits.
   *
   * @param prefix for new incidents; those under way keep their ids
   */
  public static IncidentBook read(DataInput in, int capacity, String prefix) throws IOException {
    int version = in.readUnsignedByte();
    if (version != VERSION) {
      throw new StreamCorruptedException(
          "an incident book of version " + version + ": this Ringward reads version " + VERSION);
    }
    IncidentBook book = new IncidentBook(capacity, prefix);
    book.sequence = in.readLong();
    book.evictions = in.readLong();
    int size = in.readInt();
    if (size < 0 || size > MOST) {
      throw new StreamCorruptedException(size + " incidents: damaged state");
    }
    for (int i = 0; i < size; i++) {
      ProcessKey tree = ContractCodec.readKey(in);
      Entry entry = new Entry();
      entry.reportAt = in.readLong();
      entry.reportedNanos = in.readLong();
      entry.reportedCount = in.readLong();
      Incident incident = ContractCodec.readIncident(in);
      entry.mayAge = tree.isPresent();
      entry.id = incident.id();
      entry.firstNanos = incident.firstNanos();
      entry.lastNanos = incident.lastNanos();
      entry.count = incident.count();
      entry.finding = incident.finding();
      entry.verdict = incident.verdict();
      entry.outcome = incident.outcome();
      Finding finding = incident.finding();
      book.open.put(new Key(finding.detector(), finding.process().executable(), tree), entry);
      if (book.open.size() > capacity) {
        Iterator<Entry> oldest = book.open.values().iterator();
        oldest.next();
        oldest.remove();
      }
    }
    return book;
  }
}
