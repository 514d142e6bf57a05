/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.bpf;

import java.util.List;

/**
 * The kernel or libbpf refused an operation. {@link #getMessage()} is complete: what was tried, the
 * error, what libbpf said, what to do, and the end of the verifier's log.
 */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final int errno;
  private final String advice;
  private final String verifierLog;

  private BpfException(
      String operation, int errno, List<String> remarks, String advice, String verifierLog) {
    super(compose(operation, errno, remarks, advice, verifierLog));
    this.operation = operation;
    this.errno = errno;
    this.advice = advice;
    this.verifierLog = verifierLog;
  }

  /** An operation that failed with nothing more to say than its errno. */
  static BpfException of(String operation, int errno) {
    return of(operation, errno, List.of(), VerifierLog.NONE);
  }

  /** An operation that libbpf commented on, or the verifier. */
  static BpfException of(String operation, int errno, List<String> remarks, VerifierLog log) {
    int positive = Math.abs(errno);
    return new BpfException(
        operation,
        positive,
        remarks,
        FailureAdvice.of(positive, remarks, log, Capabilities.ofThisProcess()),
        log.tail());
  }

  /** Returns a result of a libbpf function that is not negative, or throws. */
  static int check(String operation, int result) {
    if (result < 0) {
      throw of(operation, -result);
    }
    return result;
  }

  private static String compose(
      String operation, int errno, List<String> remarks, String advice, String verifierLog) {
    StringBuilder message = new StringBuilder(operation);
    message.append(": ").append(Errno.name(errno));
    message.append(" (").append(Errno.text(errno)).append(')');
    for (String remark : remarks) {
      message.append("\n  ").append(remark);
    }
    if (!advice.isEmpty()) {
      message.append("\n  What to do: ").append(advice);
    }
    if (!verifierLog.isEmpty()) {
      message.append("\n  The verifier's last lines:\n").append(verifierLog.indent(4));
    }
    return message.toString();
  }

  /** What was tried, with the name of its subject. */
  public String operation() {
    return operation;
  }

  /** The positive error number of Linux. */
  public int errno() {
    return errno;
  }

  /** The symbolic name of the error, such as {@code EPERM}. */
  public String errnoName() {
    return Errno.name(errno);
  }

  /** What the user can do about it; empty when there is nothing to add. */
  public String advice() {
    return advice;
  }

  /** The last lines of the verifier's log; empty when it said nothing. */
  public String verifierLog() {
    return verifierLog;
  }
}
