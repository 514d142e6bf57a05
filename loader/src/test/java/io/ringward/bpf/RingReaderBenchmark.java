/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Nanoseconds a record: {@link RingBufferReader} against libbpf's own C {@code
 * ring_buffer__consume}, on the same ring in one run. Needs root, a C compiler and libbpf-dev:
 *
 * <pre>mvn -q -pl loader -am -DskipTests -P ring-benchmark test</pre>
 *
 * <p>Method: a syscall program fills a 16 MiB ring with 200,000 records of 64 bytes, then one of
 * the two drains it, alternately. Each adds up the first eight bytes and the length of every
 * record. C is timed inside C, Java inside Java; filling is not timed. After warm-up the medians of
 * the rounds are compared.
 */
final class RingReaderBenchmark {
  private static final int RING_BYTES = 1 << 24;
  private static final int RECORDS = 200_000;
  private static final int WARM_UP_ROUNDS = 40;
  private static final int MEASURED_ROUNDS = 101;

  private final Arena arena = Arena.ofShared();
  private final MethodHandle open;
  private final MethodHandle drain;
  private final MethodHandle close;
  private final MemorySegment totals = arena.allocate(24, 8);

  @SuppressWarnings("restricted") // calls the C half of the benchmark
  private RingReaderBenchmark(Path library) {
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

  public static void main(String[] arguments) throws Throwable {
    Path folder = Files.createTempDirectory("ring-benchmark");
    Path library = folder.resolve("ring_consumer.so");
    try {
      compile(Path.of(arguments[0]), library);
      new RingReaderBenchmark(library).run();
    } finally {
      Files.deleteIfExists(library);
      Files.delete(folder);
    }
  }

  private static void compile(Path source, Path library) throws IOException, InterruptedException {
    String compiler = System.getenv().getOrDefault("CC", "cc");
    int status =
        new ProcessBuilder(
                compiler,
                "-O2",
                "-shared",
                "-fPIC",
                "-o",
                library.toString(),
                source.toString(),
                "-lbpf")
            .inheritIO()
            .start()
            .waitFor();
    if (status != 0) {
      throw new IllegalStateException(
          "the C half needs " + compiler + " and libbpf-dev: apt-get install gcc libbpf-dev");
    }
  }

  private void run() throws Throwable {
    try (BpfObject object = TestObjects.ring().withMaxEntries("ring", RING_BYTES).load();
        RingBufferReader reader = RingBufferReader.open(object.map("ring"));
        RingProducer producer = new RingProducer(object)) {
      MemorySegment consumer = (MemorySegment) open.invokeExact(object.map("ring").fd(), totals);
      Totals java = new Totals();
      double[] nanosOfC = new double[MEASURED_ROUNDS];
      double[] nanosOfJava = new double[MEASURED_ROUNDS];
      for (int round = -WARM_UP_ROUNDS; round < MEASURED_ROUNDS; round++) {
        double c = drainInC(producer, consumer);
        double j = drainInJava(producer, reader, java);
        if (round >= 0) {
          nanosOfC[round] = c;
          nanosOfJava[round] = j;
        }
      }
      close.invokeExact(consumer);
      checkTotals(java);
      report(nanosOfC, nanosOfJava);
    }
  }

  private double drainInC(RingProducer producer, MemorySegment consumer) throws Throwable {
    producer.produce(RECORDS, RingProducer.SIZE_64);
    long before = totals.get(JAVA_LONG, 16);
    requireAll((int) drain.invokeExact(consumer, totals));
    return (totals.get(JAVA_LONG, 16) - before) / (double) RECORDS;
  }

  private static double drainInJava(
      RingProducer producer, RingBufferReader reader, RecordHandler handler) {
    producer.produce(RECORDS, RingProducer.SIZE_64);
    long before = System.nanoTime();
    int count = reader.drain(handler, Integer.MAX_VALUE);
    long nanos = System.nanoTime() - before;
    requireAll(count);
    return nanos / (double) RECORDS;
  }

  private static void requireAll(int count) {
    if (count != RECORDS) {
      throw new IllegalStateException(count + " records of " + RECORDS);
    }
  }

  /** Both have read as many bytes, and what Java read comes after what C read. */
  private void checkTotals(Totals java) {
    long rounds = WARM_UP_ROUNDS + MEASURED_ROUNDS;
    long expected = rounds * RECORDS * (long) RECORDS;
    if (java.bytes != totals.get(JAVA_LONG, 8)
        || java.sequences - totals.get(JAVA_LONG, 0) != expected) {
      throw new IllegalStateException("the two consumers did not read the same");
    }
  }

  private static void report(double[] nanosOfC, double[] nanosOfJava) {
    double c = median(nanosOfC);
    double java = median(nanosOfJava);
    System.out.printf(
        "ring reader, %d records of 64 bytes a round, %d rounds each, fill then drain%n",
        RECORDS, MEASURED_ROUNDS);
    System.out.printf(
        "C, ring_buffer__consume   median %.2f ns a record (best %.2f)%n", c, best(nanosOfC));
    System.out.printf(
        "Java, RingBufferReader    median %.2f ns a record (best %.2f)%n", java, best(nanosOfJava));
    System.out.printf("ratio Java / C: %.2f%n", java / c);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double best(double[] values) {
    return Arrays.stream(values).min().orElseThrow();
  }
}
