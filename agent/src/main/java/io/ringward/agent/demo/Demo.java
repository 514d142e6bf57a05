/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.demo;

import io.ringward.agent.text.Style;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The demo from its beginning to its end. {@link #close} may come from another thread, when Ctrl-C
 * ends the process in the middle: it removes what was made so far.
 */
public final class Demo implements AutoCloseable {
  private final Story story;
  private final boolean fast;
  private final Deque<AutoCloseable> held = new ArrayDeque<>();
  private volatile boolean closed;

  /**
   * @param out where it is told
   * @param fast without pauses for reading
   */
  public Demo(PrintWriter out, Style style, boolean fast) {
    this.story = new Story(out, style);
    this.fast = fast;
  }

  /**
   * Plays it.
   *
   * @return whether everything happened as told, and nothing was left behind
   */
  public boolean play() throws DemoException, InterruptedException {
    long started = System.nanoTime();
    story.act("0", "An agent of its own, which enforces in a control group of its own");
    Workspace workspace = hold(Workspace.make());
    int forbidden = FreePorts.below(700) + 600;
    Path rules = workspace.resource("rules.yaml", "@PORT@", Integer.toString(forbidden));
    DemoAgent agent = hold(DemoAgent.start(workspace, rules));
    agent.awaitReady();
    story.fact("kernel", agent.banner("kernel"));
    story.fact("enforces", agent.banner("enforces"));
    story.fact("below", workspace.group() + ", and nowhere else");
    Cast cast = hold(new Cast());
    Stage stage = new Stage(workspace, agent, story, cast, fast);
    StrangerAct stranger = new StrangerAct();
    stranger.begin(stage);
    List<Act> acts = List.of(new ScannerAct(), new StormAct(), stranger, new RuleAct(forbidden));
    boolean asTold = true;
    for (int i = 0; i < acts.size(); i++) {
      stage.pause();
      story.act(Integer.toString(i + 1), acts.get(i).title());
      asTold &= acts.get(i).play(stage);
    }
    List<Long> pids = new ArrayList<>(cast.pids());
    pids.add(agent.pid());
    pids.addAll(agent.children());
    Leftovers leftovers =
        new Leftovers(
            pids, workspace.groups(), workspace.folder(), Leftovers.programsOf(agent.pid()));
    stage.pause();
    story.act("5", "What is left behind");
    close();
    List<String> found = leftovers.found();
    story.fact("looked for", leftovers.inventory());
    boolean nothing = found.isEmpty();
    story.end(nothing, nothing ? "nothing is left" : "left: " + String.join(", ", found));
    story.fact(
        "", "took " + (System.nanoTime() - started) / 1_000_000_000L + " s", Story.Paint.NOTE);
    return asTold && nothing;
  }

  private synchronized <T extends AutoCloseable> T hold(T resource) throws DemoException {
    if (closed) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new DemoException("the demo has ended", e);
      }
      throw new DemoException("the demo has ended");
    }
    held.push(resource);
    return resource;
  }

  /** Whether it was closed: then nothing that failed is worth telling. */
  public boolean isClosed() {
    return closed;
  }

  /** Ends all that runs and removes all that was made, the newest first. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    while (!held.isEmpty()) {
      try {
        held.pop().close();
      } catch (Exception e) {
        story.fact("", "closing failed: " + e, Story.Paint.BAD);
      }
    }
  }
}
