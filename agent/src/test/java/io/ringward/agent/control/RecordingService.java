/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import io.ringward.kernel.Feedback;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** A service that keeps verdicts in a list: what the protocol is tested against. */
public final class RecordingService implements ControlService {
  public final List<VerdictRow> verdicts = Collections.synchronizedList(new ArrayList<>());
  public final List<String> calls = Collections.synchronizedList(new ArrayList<>());

  public static VerdictRow row(String id, String outcome) {
    return new VerdictRow(
        id,
        "process 7@9",
        "scan",
        "throttle",
        List.of("connect"),
        "10/s",
        1,
        2,
        Long.MAX_VALUE,
        true,
        "operator",
        "because \"ä\"\n",
        outcome);
  }

  @Override
  public AgentStatus status() {
    calls.add("status");
    return new AgentStatus("0.1.0", 4711, "shadow", 5, 4, 1, "127.0.0.1:9465", 7);
  }

  @Override
  public List<CapabilityRow> capabilities() {
    return List.of(new CapabilityRow("connect", "cgroup", "best", "fired", ""));
  }

  @Override
  public List<VerdictRow> verdicts() {
    return List.copyOf(verdicts);
  }

  @Override
  public VerdictRow add(VerdictRequest request) throws ControlException {
    if (request.process().equals("1")) {
      throw new ControlException(ControlException.Code.PROTECTED, "init is protected");
    }
    calls.add(request.toString());
    verdicts.add(row("abc", ""));
    return row("abc", "in force on 1 process");
  }

  @Override
  public VerdictRow release(String id, Feedback feedback) throws ControlException {
    if (id.equals("boom")) {
      throw new IllegalStateException("boom");
    }
    if (!verdicts.removeIf(row -> row.id().equals(id))) {
      throw new ControlException(ControlException.Code.NOT_FOUND, "no verdict has the id " + id);
    }
    calls.add("release " + id + " " + feedback.label());
    return row(id, "released");
  }

  @Override
  public List<VerdictRow> releaseAll(Feedback feedback) {
    calls.add("release_all");
    List<VerdictRow> released = List.copyOf(verdicts);
    verdicts.clear();
    return released;
  }

  @Override
  public List<OutletRow> outlets() {
    return List.of(
        new OutletRow(
            "webhook", "https://x", 3, 1, 2, Map.of("refused", 4L), "HTTP 403", 5, "", false));
  }

  @Override
  public List<OutletRow> testIncidents() {
    calls.add("incidents.test");
    return List.of(
        new OutletRow("stdout", "standard output", 3, 0, 0, Map.of(), "", 0, "written", true));
  }

  @Override
  public DecisionReport decisions() {
    return new DecisionReport(
        true,
        List.of(new DecisionReport.Stopped("rule", "too wide", "disarmed", 11, 5, 7)),
        List.of(new DecisionReport.Leaning("connect-scan", "/usr/bin/nmap", 2, 2, 0, 9)),
        1,
        0,
        3);
  }

  @Override
  public String rearm(String detector) {
    calls.add("rearm " + detector);
    return "'" + detector + "' is armed again.";
  }

  @Override
  public List<RuleRow> rules() {
    return List.of(new RuleRow("no shells out", "block", "kernel", 3, "the kernel refuses it"));
  }

  @Override
  public String reloadRules() {
    return "4 rules in force";
  }

  @Override
  public RecordingRow startRecording(RecordingRequest request) throws ControlException {
    if (request.file().equals("/there")) {
      throw new ControlException(ControlException.Code.FAILED, "/there is there already");
    }
    calls.add(request.toString());
    return recording();
  }

  @Override
  public RecordingRow recording() {
    return new RecordingRow("/a.rec", true, 5, 6, 1000, 200, 0, 0, 7, "");
  }

  @Override
  public RecordingRow stopRecording() {
    calls.add("recording.stop");
    return new RecordingRow("/a.rec", false, 5, 6, 1000, 200, 0, 0, 7, "");
  }

  /** Batches of one event each, until closed; "wrong" is no condition. */
  @Override
  public EventStream events(String where) throws ControlException {
    if (where.equals("wrong")) {
      throw new ControlException(ControlException.Code.BAD_REQUEST, "condition:1:1: it is wrong");
    }
    calls.add("events " + where);
    return new EventStream() {
      private int number;

      @Override
      public EventBatch next() throws InterruptedException {
        Thread.sleep(1);
        number++;
        return new EventBatch(List.of(event(number)), number == 2 ? 120 : 0);
      }

      @Override
      public void close() {
        calls.add("events end");
      }
    };
  }

  @Override
  public TopPage top() {
    return new TopPage(
        status(),
        List.of(process(7, 0.2, 900), process(8, 0.97, 3), process(9, 0.1, 4)),
        List.of(
            new TopPage.GroupRow("/quiet", "11", 0.1, 1, 0.01, 0.5, 120, 0, 0, 1, ""),
            new TopPage.GroupRow(
                "/loud", "12", 0.97, 903, 1.5, 20, 4000, 2_500_000, 12.5, 2, "throttle")),
        List.of(row("abc", "")));
  }

  private static TopPage.ProcessRow process(int pid, double score, double events) {
    return new TopPage.ProcessRow(
        pid,
        "sc\u001ban",
        "/tmp/scan",
        0,
        "/loud",
        score,
        score > 0.5 ? "odd" : "learning 40/256",
        events,
        0.5,
        12.25,
        score > 0.5 ? "port-scan" : "",
        pid == 9 ? "block" : "");
  }

  public static EventRow event(int pid) {
    return new EventRow(
        "2026-11-23T09:00:00.123456789Z",
        "connect",
        pid,
        pid,
        0,
        "cu\u001brl",
        "/usr/bin/curl",
        "cu\u001brl -s x",
        1,
        List.of("bash", "sshd"),
        0,
        "192.0.2.1:443",
        "tcp",
        "blocked",
        "/user.slice",
        "18446744073709551615",
        false,
        "",
        List.of(),
        0);
  }
}
