/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.vm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A running guest with a stock kernel. Its root is this machine's file tree, read-only, below an
 * overlay in the guest's memory: the project and its built jars are at the paths they have here,
 * and nothing that the guest writes comes back but through {@link Result}.
 *
 * <p>Start one for many commands: a boot costs about five seconds under emulation. The guest ends
 * with {@link #close}, and also when this JVM dies in whatever way. Time in a guest is the
 * emulator's: judge what happened there, never how long it took. For a JVM in the guest pass {@code
 * -XX:TieredStopAtLevel=1 -XX:+UseSerialGC}, and try again once on exit status 134: the emulator
 * trips over C2's code now and then.
 *
 * <p>Thread-safe; commands run one after the other.
 */
public final class VirtualMachine implements AutoCloseable {
  private static final Path VMRUN = Path.of("vm", "vmrun");

  /** The first start may have to download the kernel; vmrun itself bounds the boot. */
  private static final Duration START_LIMIT = Duration.ofMinutes(15);

  /** What the guest gets beyond a command's own limit to kill it and to answer. */
  private static final Duration ANSWER_GRACE = Duration.ofSeconds(60);

  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(20);

  /**
   * How a guest is made.
   *
   * @param kernel what {@code vmrun} takes: 6.1, 6.12, 6.1-generic, 6.12-generic or a full version
   * @param memoryMebibytes the guest's memory; its file system's overlay takes from it too
   * @param processors virtual processors
   * @param securityModules the kernel's {@code lsm=}
   */
  public record Settings(
      String kernel, int memoryMebibytes, int processors, String securityModules) {
    /** Two processors, 2 GiB, and {@code bpf} among the security modules. */
    public static Settings of(String kernel) {
      return new Settings(kernel, 2048, 2, "landlock,lockdown,yama,bpf");
    }

    /** The same with another amount of memory. */
    public Settings withMemoryMebibytes(int mebibytes) {
      return new Settings(kernel, mebibytes, processors, securityModules);
    }

    /** The same with another {@code lsm=}. */
    public Settings withSecurityModules(String modules) {
      return new Settings(kernel, memoryMebibytes, processors, modules);
    }
  }

  /**
   * What a command left.
   *
   * @param exit its exit status; 124 when its time was up
   * @param out its standard output
   * @param err its standard error
   */
  public record Result(int exit, String out, String err) {}

  private final Process vmrun;
  private final OutputStream requests;
  private final InputStream responses;
  private final List<String> log;
  private final Thread logReader;
  private final String release;

  private VirtualMachine(Process vmrun) throws IOException {
    this.vmrun = vmrun;
    this.requests = vmrun.getOutputStream();
    this.responses = new BufferedInputStream(vmrun.getInputStream());
    this.log = Collections.synchronizedList(new ArrayList<>());
    this.logReader = Thread.ofVirtual().start(this::copyLog);
    try {
      this.release = exchange("uname -r", Duration.ofSeconds(60), START_LIMIT).out().strip();
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Why no guest can run on this machine, if so: for an assumption at the start of a test. */
  public static Optional<String> obstacle() {
    if (!System.getProperty("os.arch").equals("amd64")) {
      return Optional.of("the virtual machines are x86-64, this machine is not");
    }
    if (!System.getProperty("user.name").equals("root")) {
      return Optional.of("virtual machines need root (they share the file tree)");
    }
    boolean qemu =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "qemu-system-x86_64")));
    return qemu
        ? Optional.empty()
        : Optional.of("qemu-system-x86_64 is missing (apt-get install qemu-system-x86)");
  }

  /** Boots a guest with {@link Settings#of}; returns once it answers. */
  public static VirtualMachine start(String kernel) throws IOException {
    return start(Settings.of(kernel));
  }

  /**
   * Boots a guest; returns once it answers. What the boot cost is printed on standard error.
   *
   * @throws IOException when the kernel cannot be fetched or the guest does not come up; the
   *     message holds what vmrun said
   */
  public static VirtualMachine start(Settings settings) throws IOException {
    var builder =
        new ProcessBuilder(VMRUN.toAbsolutePath().toString(), "--serve", settings.kernel());
    builder.environment().put("VM_MEM", Integer.toString(settings.memoryMebibytes()));
    builder.environment().put("VM_SMP", Integer.toString(settings.processors()));
    builder.environment().put("VM_LSM", settings.securityModules());
    // With a thread for each processor, the emulator now and then runs code that the guest's kernel
    // has just patched (an int3 of text_poke_bp that is gone): the guest panics, a JVM aborts.
    builder.environment().put("VM_THREAD", "single");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return new VirtualMachine(builder.start());
  }

  /** The release of the guest's kernel, as {@code uname -r} gives it. */
  public String release() {
    return release;
  }

  /**
   * Runs a bash script in the guest, as root, in this process's working directory. When its time is
   * up the guest kills it, answers with exit status 124 and is good for the next one.
   *
   * @throws IOException when the guest died or stopped answering; the machine is useless then
   */
  public Result run(String script, Duration timeout) throws IOException {
    return exchange(script, timeout, timeout.plus(ANSWER_GRACE));
  }

  /** Switches the guest off and waits until all of its processes are gone. */
  @Override
  public void close() throws IOException {
    try {
      requests.close(); // the guest powers off at the end of its command port
      if (!vmrun.waitFor(SHUTDOWN_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        vmrun.destroy(); // vmrun ends qemu and virtiofsd, and removes its files
        vmrun.waitFor();
      }
    } catch (InterruptedException e) {
      vmrun.destroy();
      Thread.currentThread().interrupt();
    }
  }

  /** The processes that make up this machine, vmrun first: for a test that looks for remains. */
  List<ProcessHandle> processes() {
    var processes = new ArrayList<ProcessHandle>();
    processes.add(vmrun.toHandle());
    vmrun.descendants().forEach(processes::add);
    return processes;
  }

  private synchronized Result exchange(String script, Duration timeout, Duration limit)
      throws IOException {
    byte[] bytes = script.getBytes(UTF_8);
    Thread watchdog = Thread.ofVirtual().start(() -> destroyAfter(limit));
    try {
      requests.write(
          "run %d %d\n".formatted(Math.max(1, timeout.toSeconds()), bytes.length).getBytes(UTF_8));
      requests.write(bytes);
      requests.flush();
      String[] head = readLine().split(" ");
      byte[] out = responses.readNBytes(Integer.parseInt(head[2]));
      byte[] err = responses.readNBytes(Integer.parseInt(head[3]));
      return new Result(Integer.parseInt(head[1]), new String(out, UTF_8), new String(err, UTF_8));
    } catch (IOException e) {
      awaitLog();
      throw new IOException("the guest is gone: " + String.join("\n", log), e);
    } finally {
      watchdog.interrupt();
    }
  }

  private String readLine() throws IOException {
    var line = new StringBuilder();
    for (int next = responses.read(); next != '\n'; next = responses.read()) {
      if (next < 0) {
        throw new EOFException("no answer");
      }
      line.append((char) next);
    }
    return line.toString();
  }

  private void destroyAfter(Duration limit) {
    try {
      Thread.sleep(limit);
      log.add("the guest did not answer within " + limit.toSeconds() + " s");
      vmrun.destroy();
    } catch (InterruptedException answered) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for the end of what vmrun says, so that the death is in the log: qemu closes the port
   * before vmrun has seen that it is gone, and has shown the console.
   */
  private void awaitLog() {
    try {
      logReader.join(SHUTDOWN_LIMIT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void copyLog() {
    try (var lines = new BufferedReader(new InputStreamReader(vmrun.getErrorStream(), UTF_8))) {
      lines.lines().forEach(this::report);
    } catch (IOException | UncheckedIOException closed) {
      log.add("vmrun's log ended: " + closed.getMessage());
    }
  }

  /** Shows what the boot cost; the rest is for the exception that it leads to. */
  private void report(String line) {
    log.add(line);
    if (line.contains(" up in ")) {
      System.err.println(line);
    }
  }
}
