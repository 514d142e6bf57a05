/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import io.ringward.agent.control.ControlException;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.agent.control.VerdictRequest;
import io.ringward.agent.host.ControlGroups;
import io.ringward.kernel.ProcessKey;
import io.ringward.kernel.Subject;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds whom an operator means. A pid is turned into the identity of the process that has it now,
 * by the kernel's task iterator, so that a successor with the same pid is never hit.
 */
final class SubjectReader {
  private static final int INIT = 1;

  private final LiveProcesses processes;
  private final ControlGroups controlGroups;

  /** Whom, and what to call it. */
  record Read(Subject subject, String name) {}

  SubjectReader(LiveProcesses processes, ControlGroups controlGroups) {
    this.processes = processes;
    this.controlGroups = controlGroups;
  }

  Read read(VerdictRequest request) throws ControlException {
    if (request.process().isEmpty() == request.cgroup().isEmpty()) {
      throw new ControlException(
          Code.BAD_REQUEST, "a verdict is about either a process or a cgroup");
    }
    return request.process().isEmpty()
        ? controlGroup(request.cgroup())
        : process(request.process().strip());
  }

  private Read process(String text) throws ControlException {
    Optional<ProcessKey> meant = Optional.empty();
    int pid;
    try {
      if (text.indexOf('@') >= 0) {
        meant = Optional.of(ProcessKey.parse(text));
      }
      pid = meant.isPresent() ? meant.get().tgid() : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new ControlException(
          Code.BAD_REQUEST, "'" + text + "' is neither a pid nor a process key such as 4711@123");
    } catch (IllegalArgumentException e) {
      throw new ControlException(Code.BAD_REQUEST, e.getMessage());
    }
    if (pid == INIT) {
      throw new ControlException(Code.PROTECTED, "it is protected: init");
    }
    Optional<ProcessKey> living = processes.find(pid);
    if (living.isEmpty() || meant.filter(key -> !key.equals(living.get())).isPresent()) {
      throw new ControlException(Code.NOT_FOUND, "no process " + text + " lives");
    }
    return new Read(new Subject.ProcessTree(living.get()), processes.nameOf(living.get()));
  }

  private Read controlGroup(String text) throws ControlException {
    OptionalLong named = controlGroups.idOf(text);
    long id;
    if (text.matches("\\d{1,20}")) {
      try {
        id = Long.parseUnsignedLong(text);
      } catch (NumberFormatException e) {
        throw new ControlException(Code.BAD_REQUEST, "'" + text + "' is no cgroup id");
      }
    } else if (named.isPresent()) {
      id = named.getAsLong();
    } else {
      throw new ControlException(
          Code.NOT_FOUND,
          "there is no cgroup "
              + text
              + " in the version 2 hierarchy at "
              + controlGroups.root()
              + ": name it from there, as in /user.slice");
    }
    String name =
        controlGroups
            .find(id)
            .orElseThrow(
                () -> new ControlException(Code.NOT_FOUND, "no cgroup has the id " + text));
    if (name.equals("/")) {
      throw new ControlException(
          Code.PROTECTED, "the root cgroup holds the whole machine: name one below it");
    }
    return new Read(new Subject.ControlGroup(id), name);
  }
}
