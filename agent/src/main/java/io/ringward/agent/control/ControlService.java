/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import io.ringward.kernel.Feedback;
import java.util.List;

/** What the agent does on request. Called by several connection threads; may wait for seconds. */
public interface ControlService {
  /** The agent in brief. */
  AgentStatus status();

  /** Each capability and the rung in force. */
  List<CapabilityRow> capabilities();

  /** The verdicts in force, oldest first. */
  List<VerdictRow> verdicts();

  /**
   * Puts a verdict through the loop and waits for its effect.
   *
   * @return the verdict, with its outcome
   */
  VerdictRow add(VerdictRequest request) throws ControlException;

  /**
   * Ends one verdict through the loop and waits for it.
   *
   * @param id as in {@link VerdictRow#id}
   * @param feedback what the operator says of it
   */
  VerdictRow release(String id, Feedback feedback) throws ControlException;

  /** Ends all verdicts in force now. */
  List<VerdictRow> releaseAll(Feedback feedback) throws ControlException;

  /** How the outlets of incidents fare. */
  List<OutletRow> outlets();

  /** Sends a test incident through every outlet; waits up to 12 s. */
  List<OutletRow> testIncidents();

  /** What stands between findings and verdicts. */
  DecisionReport decisions();

  /**
   * Lets a rule or model act again that the disarmer has stopped.
   *
   * @return one line for people
   */
  String rearm(String detector) throws ControlException;

  /**
   * Reads the rule files again; bad ones leave the rules in force as they are.
   *
   * @return one line for people
   */
  String reloadRules() throws ControlException;

  /** The rules in force, where each is decided, and why there. */
  List<RuleRow> rules();

  /** Begins to record what the loop takes in. */
  RecordingRow startRecording(RecordingRequest request) throws ControlException;

  /** How the recording under way stands, or how the last one ended. */
  RecordingRow recording() throws ControlException;

  /** Ends the recording under way, and waits until its file is whole. */
  RecordingRow stopRecording() throws ControlException;

  /**
   * Shows live events from now on.
   *
   * @param where a condition of the rule language, or blank for all events
   * @throws ControlException when the condition is wrong, or too many listen already
   */
  EventStream events(String where) throws ControlException;

  /** Who is active now, and how it is judged. */
  TopPage top();
}
