/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ringward.bpf.BpfObject;
import io.ringward.bpf.BpfObjectSpec;
import io.ringward.bpf.BpfProgram;
import io.ringward.bpf.RecordHandler;
import io.ringward.bpf.RingBufferReader;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Goal 1: our ring reader against libbpf's own, on the same ring in one run. */
final class RingBenchmark implements Benchmark {
  private static final int RECORDS = 200_000;
  private static final long RECORD_BYTES = 64;
  private static final int WARM_UP_ROUNDS = 40;
  private static final int ROUNDS = 101;
  private static final int RUNS = 3;

  @Override
  public String name() {
    return "ring";
  }

  @Override
  public String method() {
    return "Nanoseconds a record of the ring reader in Java (RingBufferReader.drain) against libbpf's"
        + " ring_buffer__consume in C. A syscall program fills a 16 MiB ring with 200,000 records of"
        + " 64 bytes, then one of the two drains it, alternately; each adds up the first eight bytes"
        + " and the length of every record, and the sums must agree. C is timed inside C, Java inside"
        + " Java; filling is not timed. "
        + RUNS
        + " runs of "
        + ROUNDS
        + " rounds each after "
        + WARM_UP_ROUNDS
        + " to warm up; a run's figure is the median of its rounds.";
  }

  @Override
  public List<Figure> run(boolean tiny) throws Exception {
    try (Workshop workshop = Workshop.open();
        Arena arena = Arena.ofConfined()) {
      Path object =
          workshop.compile(
              "ring_producer.bpf.c",
              "ring_producer.bpf.o",
              "-g",
              "-target",
              "bpf",
              "-mcpu=v3",
              "-I/usr/include/"
                  + System.getProperty("os.arch").replace("amd64", "x86_64")
                  + "-linux-gnu",
              "-c");
      Path library =
          workshop.compile("ring_consumer.c", "ring_consumer.so", "-shared", "-fPIC", "-lbpf");
      int runs = tiny ? 1 : RUNS;
      double[] c = new double[runs];
      double[] java = new double[runs];
      double[] ratio = new double[runs];
      try (BpfObject loaded = BpfObjectSpec.of("bench", Files.readAllBytes(object)).load()) {
        for (int run = 0; run < runs; run++) {
          double[] medians = new Race(loaded, library, arena).run(tiny);
          c[run] = medians[0];
          java[run] = medians[1];
          ratio[run] = medians[1] / medians[0];
        }
      }
      return List.of(
          Figure.of("ratio Java to C", "", ratio).atMost(1.0),
          Figure.of("Java, RingBufferReader", "ns a record", java),
          Figure.of("C, ring_buffer__consume", "ns a record", c));
    }
  }

  /** One run: both read what the other reads, in turns. */
  private static final class Race {
    private final BpfProgram produce;
    private final BpfObject object;
    private final MethodHandle open;
    private final MethodHandle drain;
    private final MethodHandle close;
    private final MemorySegment totals;
    private final MemorySegment request;
    private final Totals sums = new Totals();
    private long next = 1;

    @SuppressWarnings("restricted") // calls the C half of the benchmark
    Race(BpfObject object, Path library, Arena arena) {
      this.object = object;
      this.produce = object.program("produce");
      this.totals = arena.allocate(24, 8);
      this.request = arena.allocate(24, 8);
      SymbolLookup symbols = SymbolLookup.libraryLookup(library, arena);
      Linker linker = Linker.nativeLinker();
      open =
          linker.downcallHandle(
              symbols.findOrThrow("consumer_open"),
              FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
      drain =
          linker.downcallHandle(
              symbols.findOrThrow("consumer_drain"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
      close =
          linker.downcallHandle(
              symbols.findOrThrow("consumer_close"), FunctionDescriptor.ofVoid(ADDRESS));
    }

    /** The medians of C and of Java, in nanoseconds a record. */
    double[] run(boolean tiny) throws Exception {
      int warmUp = tiny ? 1 : WARM_UP_ROUNDS;
      int rounds = tiny ? 3 : ROUNDS;
      double[] c = new double[rounds];
      double[] java = new double[rounds];
      try (RingBufferReader reader = RingBufferReader.open(object.map("ring"))) {
        MemorySegment consumer = (MemorySegment) open.invokeExact(object.map("ring").fd(), totals);
        for (int round = -warmUp; round < rounds; round++) {
          double byC = drainInC(consumer);
          double byJava = drainInJava(reader);
          if (round >= 0) {
            c[round] = byC;
            java[round] = byJava;
          }
        }
        close.invokeExact(consumer);
      } catch (BenchmarkException | RuntimeException e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
      check(warmUp + rounds);
      Arrays.sort(c);
      Arrays.sort(java);
      return new double[] {c[rounds / 2], java[rounds / 2]};
    }

    private void fill() throws BenchmarkException {
      request.set(JAVA_LONG, 0, next);
      request.set(JAVA_LONG, 8, RECORDS);
      request.set(JAVA_LONG, 16, 0);
      int result = produce.testRun(request);
      if (result != 0 || request.get(JAVA_LONG, 16) != 0) {
        throw new BenchmarkException("the ring could not be filled: " + result);
      }
      next += RECORDS;
    }

    private double drainInC(MemorySegment consumer) throws Throwable {
      fill();
      long before = totals.get(JAVA_LONG, 16);
      int count = (int) drain.invokeExact(consumer, totals);
      requireAll(count);
      return (totals.get(JAVA_LONG, 16) - before) / (double) RECORDS;
    }

    private double drainInJava(RingBufferReader reader) throws BenchmarkException {
      fill();
      long before = System.nanoTime();
      int count = reader.drain(sums, Integer.MAX_VALUE);
      long nanos = System.nanoTime() - before;
      requireAll(count);
      return nanos / (double) RECORDS;
    }

    private static void requireAll(int count) throws BenchmarkException {
      if (count != RECORDS) {
        throw new BenchmarkException(count + " records of " + RECORDS + " were read");
      }
    }

    /** Both have read as many bytes, and each thing that Java read came after what C read. */
    private void check(long rounds) throws BenchmarkException {
      if (sums.bytes != rounds * RECORDS * RECORD_BYTES
          || sums.bytes != totals.get(JAVA_LONG, 8)
          || sums.sequences - totals.get(JAVA_LONG, 0) != rounds * RECORDS * (long) RECORDS) {
        throw new BenchmarkException("the two consumers did not read the same");
      }
    }
  }

  /** What Java adds up, as C does. */
  private static final class Totals implements RecordHandler {
    private long sequences;
    private long bytes;

    @Override
    public void onRecord(MemorySegment data, long offset, int length) {
      sequences += data.get(JAVA_LONG, offset);
      bytes += length;
    }
  }
}
