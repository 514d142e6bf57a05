/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.agent;

import java.io.IOException;

/**
 * A bash process that asks for connections to closed ports on loopback when it is told to, and says
 * what the kernel answered. It makes no child for that, so its identity is the connecting one.
 */
public final class Connecting implements AutoCloseable {
  /** The answers of connect(2), as bash says them. */
  static final String REFUSED_BY_PEER = Prober.ALLOWED;

  static final String BLOCKED = Prober.BLOCKED;
  static final String THROTTLED = Prober.THROTTLED;

  /** What one line of input does: {@code c PORT} connects, the others do so from a child. */
  private static final String SCRIPT =
      """
      obey() {
        while read -r word rest; do
          case $word in
            c) : 3<>/dev/tcp/127.0.0.1/"$rest"; echo "done $rest" ;;
            child) bash -c 'echo "child $$"; : 3<>/dev/tcp/127.0.0.1/'"$rest"'; echo "child done"; true' ;;
            fork) ( : 3<>/dev/tcp/127.0.0.1/"$rest"; echo "fork done" ) ;;
            background) ( echo "background $BASHPID"; while :; do : 3<>/dev/tcp/127.0.0.1/"$rest"; sleep 0.2; done ) </dev/null & ;;
          esac
        done
      }
      echo ready
      obey
      """;

  private final Shell shell;

  private Connecting(Shell shell) {
    this.shell = shell;
  }

  /** Starts it in a group. */
  public static Connecting start(TestGroup group) throws IOException, InterruptedException {
    Shell shell = Shell.in(group, SCRIPT);
    shell.await("ready"::equals, 20);
    return new Connecting(shell);
  }

  long pid() {
    return shell.pid();
  }

  Shell shell() {
    return shell;
  }

  /** Asks for one connection. Returns what bash said of it. */
  public String connect() throws IOException, InterruptedException {
    return answer("c 1", line -> line.equals("done 1"));
  }

  /** The same from a child process made for it that runs a program of its own. */
  String connectFromChild() throws IOException, InterruptedException {
    return answer("child 1", line -> line.equals("child done"));
  }

  /** The same from a child process made for it that runs no other program. */
  String connectFromFork() throws IOException, InterruptedException {
    return answer("fork 1", line -> line.equals("fork done"));
  }

  private String answer(String word, java.util.function.Predicate<String> last)
      throws IOException, InterruptedException {
    int from = shell.lines().size();
    shell.tell(word);
    shell.await(from, last, 20);
    return String.join("\n", shell.lines().subList(from, shell.lines().size()));
  }

  @Override
  public void close() {
    shell.close();
  }
}
