/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.rules;

import io.ringward.rules.event.EventContext;
import io.ringward.rules.event.EventType;
import io.ringward.rules.event.Fact;
import io.ringward.rules.event.IpNetwork;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** An event made by hand. Facts that are not set are absent. */
public final class SampleEvent implements EventContext {
  private final EventType type;
  private final List<Map<Fact, Object>> generations = new ArrayList<>();

  /** The remote address as it was written, for tests that compare texts. */
  String peer;

  private SampleEvent(EventType type) {
    this.type = type;
    generations.add(new EnumMap<>(Fact.class));
    with(Fact.EVENT_NUMBER, 1L);
  }

  /** An event of a type with nothing known but its number. */
  public static SampleEvent of(EventType type) {
    return new SampleEvent(type);
  }

  /** A program that was started under a name. */
  public static SampleEvent exec(String name) {
    return of(EventType.EXECVE).with(Fact.PROCESS_NAME, name);
  }

  /** A TCP connection that a program asks for. */
  public static SampleEvent connect(String name, String address, int port) {
    return of(EventType.CONNECT)
        .with(Fact.PROCESS_NAME, name)
        .with(Fact.PROTOCOL, 6L)
        .address(Fact.REMOTE_ADDRESS, address)
        .with(Fact.REMOTE_PORT, (long) port);
  }

  /** A TCP socket that a program binds. */
  public static SampleEvent bind(String name, String address, int port) {
    return of(EventType.BIND)
        .with(Fact.PROCESS_NAME, name)
        .with(Fact.PROTOCOL, 6L)
        .address(Fact.LOCAL_ADDRESS, address)
        .with(Fact.LOCAL_PORT, (long) port);
  }

  /** Sets a fact of the event or of the process. */
  public SampleEvent with(Fact fact, Object value) {
    generations.getFirst().put(fact, value);
    return this;
  }

  /** Sets an address. */
  public SampleEvent address(Fact fact, String address) {
    return with(fact, IpNetwork.parseAddress(address).orElseThrow());
  }

  /** Adds one more ancestor, first the parent. */
  public SampleEvent ancestor(Map<Fact, Object> facts) {
    generations.add(facts);
    return this;
  }

  /** Adds ancestors by their names, first the parent. */
  public SampleEvent ancestors(String... names) {
    for (String name : names) {
      ancestor(Map.of(Fact.PROCESS_NAME, name));
    }
    return this;
  }

  @Override
  public EventType type() {
    return type;
  }

  @Override
  public int ancestors() {
    return generations.size() - 1;
  }

  @Override
  public boolean has(Fact fact, int generation) {
    if (fact.kind() == Fact.Kind.TEXT) {
      throw new IllegalArgumentException("has is not asked of texts: " + fact);
    }
    return find(fact, generation) != null;
  }

  @Override
  public long number(Fact fact, int generation) {
    return (Long) find(fact, generation);
  }

  @Override
  public String text(Fact fact, int generation) {
    return (String) find(fact, generation);
  }

  @Override
  public long addressHigh(Fact fact) {
    return ((IpNetwork) find(fact, 0)).high();
  }

  @Override
  public long addressLow(Fact fact) {
    return ((IpNetwork) find(fact, 0)).low();
  }

  private Object find(Fact fact, int generation) {
    if (generation != 0 && !fact.byGeneration()) {
      throw new IllegalArgumentException(fact + " has no generations");
    }
    return generation < generations.size() ? generations.get(generation).get(fact) : null;
  }

  @Override
  public String toString() {
    return type + " " + generations;
  }
}
