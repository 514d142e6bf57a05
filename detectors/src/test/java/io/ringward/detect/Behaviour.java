/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.detect;

import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.ProcessInfo;
import io.ringward.kernel.ProcessKey;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

/**
 * Programs that do not exist, second by second: benign ones with the noise that real ones have
 * (quiet and busy phases, heavy tails, rare jobs), and vectors of theirs with something planted.
 */
enum Behaviour {
  /** A daemon that wakes up, does the same little thing, and sleeps. */
  DAEMON {
    @Override
    void second(Random random, long second, double[] v) {
      set(v, Feature.CONNECTS, poisson(random, 1.2));
      set(v, Feature.DESTINATIONS, Math.min(1, get(v, Feature.CONNECTS)));
      set(v, Feature.DESTINATION_PORTS, Math.min(1, get(v, Feature.CONNECTS)));
      set(v, Feature.ON_CPU_SHARE, 0.01 + 0.01 * random.nextDouble());
      set(v, Feature.RUN_QUEUE_WAIT, exponential(random, 2));
    }
  },
  /** A shell: people type, scripts loop, now and then something big is built. */
  SHELL {
    @Override
    void second(Random random, long second, double[] v) {
      boolean building = Math.floorMod(second, 5000) > 4900;
      double forks = building ? 20 + poisson(random, 40) : 1 + (int) pareto(random, 1.2, 60);
      set(v, Feature.FORKS, forks);
      set(v, Feature.EXECS, Math.rint(forks * (0.6 + 0.4 * random.nextDouble())));
      set(v, Feature.EXITS, Math.rint(forks * (0.8 + 0.3 * random.nextDouble())));
      set(v, Feature.CHILD_PROGRAMS, 1 + random.nextInt(building ? 12 : 4));
      set(v, Feature.CHILD_FAILURES, random.nextInt(10) == 0 ? 1 + random.nextInt(3) : 0);
      set(v, Feature.CHILDREN_ALIVE, 1 + random.nextInt(building ? 8 : 2));
      set(v, Feature.ON_CPU_SHARE, Math.min(1, 0.02 + exponential(random, 0.05)));
      set(v, Feature.RUN_QUEUE_WAIT, exponential(random, building ? 80 : 5));
    }
  },
  /** A web proxy: load of the day, many peers, one port in and a few out. */
  PROXY {
    @Override
    void second(Random random, long second, double[] v) {
      double load = 40 * (1.2 + Math.sin(2 * Math.PI * second / 86_400.0));
      double connects = poisson(random, load * Math.exp(0.4 * random.nextGaussian()));
      set(v, Feature.CONNECTS, connects);
      set(v, Feature.DESTINATIONS, Math.rint(connects * (0.3 + 0.3 * random.nextDouble())));
      set(v, Feature.DESTINATION_PORTS, Math.min(connects, 1 + random.nextInt(3)));
      set(v, Feature.REFUSALS, 0);
      set(v, Feature.ON_CPU_SHARE, Math.min(2, connects / 200 + 0.05 * random.nextDouble()));
      set(v, Feature.RUN_QUEUE_WAIT, exponential(random, 10));
    }
  },
  /** A job runner: quiet for long, then a batch of children that compute. */
  BATCH {
    @Override
    void second(Random random, long second, double[] v) {
      boolean batch = Math.floorMod(second, 600) < 60;
      set(v, Feature.FORKS, batch ? poisson(random, 8) : poisson(random, 0.1));
      set(v, Feature.EXECS, get(v, Feature.FORKS));
      set(v, Feature.EXITS, batch ? poisson(random, 8) : poisson(random, 0.1));
      set(v, Feature.CHILD_PROGRAMS, Math.min(get(v, Feature.FORKS), 1 + random.nextInt(3)));
      set(v, Feature.CHILD_FAILURES, random.nextInt(200) == 0 ? 1 : 0);
      set(v, Feature.CHILDREN_ALIVE, batch ? 4 + random.nextInt(5) : random.nextInt(2));
      set(v, Feature.BINDS, random.nextInt(500) == 0 ? 1 : 0);
      set(v, Feature.ON_CPU_SHARE, batch ? 0.3 + 0.3 * random.nextDouble() : 0.02);
      set(v, Feature.RUN_QUEUE_WAIT, exponential(random, batch ? 50 : 3));
    }
  };

  static final ProcessKey PROCESS = new ProcessKey(1_000_000_000L, 4711);
  static final ProcessKey PARENT = new ProcessKey(900_000_000L, 4000);

  abstract void second(Random random, long second, double[] v);

  ProgramKey key() {
    return new ProgramKey(new FileIdentity(8, 1000 + name().hashCode()), Scope.PROCESS);
  }

  FeatureVector vector(Random random, long second) {
    double[] values = new double[Feature.COUNT];
    second(random, second, values);
    return vector(second, values);
  }

  FeatureVector vector(long second, double[] values) {
    long start = (100 + second) * ProcessWindows.WINDOW_NANOS;
    return new FeatureVector(
        key(),
        PROCESS,
        start,
        start + ProcessWindows.WINDOW_NANOS,
        EnumSet.noneOf(FeatureVector.Flag.class),
        values);
  }

  Observation observe(FeatureVector vector) {
    return new Observation(vector, info(), List.of());
  }

  ProcessInfo info() {
    return new ProcessInfo(
        PROCESS,
        PARENT,
        1000,
        5,
        key().executable(),
        0,
        name().toLowerCase(java.util.Locale.ROOT),
        "/usr/bin/" + name().toLowerCase(java.util.Locale.ROOT),
        List.of());
  }

  static void set(double[] v, Feature feature, double value) {
    v[feature.index()] = value;
  }

  static double get(double[] v, Feature feature) {
    return v[feature.index()];
  }

  static double poisson(Random random, double mean) {
    if (mean > 50) {
      return Math.max(0, Math.rint(mean + Math.sqrt(mean) * random.nextGaussian()));
    }
    double limit = Math.exp(-mean);
    double product = random.nextDouble();
    int count = 0;
    while (product > limit) {
      product *= random.nextDouble();
      count++;
    }
    return count;
  }

  static double exponential(Random random, double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  static double pareto(Random random, double shape, double most) {
    return Math.min(most, Math.pow(1 - random.nextDouble(), -1 / shape) - 1);
  }
}
