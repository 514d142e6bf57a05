/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.kernel.Feedback;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The operator's side: one connection to the running agent. Not thread-safe. */
public final class ControlClient implements AutoCloseable {
  private final SocketChannel channel;
  private final Wire wire;

  private ControlClient(SocketChannel channel) {
    this.channel = channel;
    this.wire = new Wire(channel, Wire.LONGEST_REPLY_BYTES);
  }

  /**
   * Connects.
   *
   * @param directory the runtime directory of the agent
   * @throws ControlException with {@link Code#NO_AGENT} when none runs there, with {@link
   *     Code#NOT_PERMITTED} when the caller may not
   */
  public static ControlClient connect(Path directory) throws ControlException {
    Path socket = directory.resolve(Wire.SOCKET_NAME);
    if (Files.isDirectory(directory) && !Files.isExecutable(directory)) {
      throw new ControlException(
          Code.NOT_PERMITTED, "only root may control the agent: run this as root");
    }
    if (Files.notExists(socket)) {
      throw new ControlException(Code.NO_AGENT, noAgent(socket));
    }
    try {
      return new ControlClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    } catch (IOException e) {
      if (Files.isWritable(socket)) {
        throw new ControlException(Code.NO_AGENT, noAgent(socket));
      }
      throw new ControlException(
          Code.NOT_PERMITTED, "only root may control the agent: run this as root");
    }
  }

  private static String noAgent(Path socket) {
    return "no agent answers at "
        + socket
        + ": start one with 'ringward up', or name its folder by --runtime-directory";
  }

  /** The agent in brief. */
  public AgentStatus status() throws ControlException {
    return as(call("status", null), new TypeReference<>() {});
  }

  /** Each capability and the rung in force. */
  public List<CapabilityRow> capabilities() throws ControlException {
    return as(call("capabilities", null), new TypeReference<>() {});
  }

  /** The verdicts in force. */
  public List<VerdictRow> verdicts() throws ControlException {
    return as(call("verdicts.list", null), new TypeReference<>() {});
  }

  /** Asks for a verdict and waits for its effect. */
  public VerdictRow add(VerdictRequest request) throws ControlException {
    return as(call("verdicts.add", Wire.JSON.valueToTree(request)), new TypeReference<>() {});
  }

  /** Ends a verdict, without a word on it. */
  public VerdictRow release(String id) throws ControlException {
    return release(id, Feedback.NONE);
  }

  /** Ends a verdict. */
  public VerdictRow release(String id, Feedback feedback) throws ControlException {
    ObjectNode arguments =
        Wire.JSON.createObjectNode().put("id", id).put("feedback", feedback.label());
    return as(call("verdicts.release", arguments), new TypeReference<>() {});
  }

  /** Ends all verdicts. */
  public List<VerdictRow> releaseAll(Feedback feedback) throws ControlException {
    ObjectNode arguments = Wire.JSON.createObjectNode().put("feedback", feedback.label());
    return as(call("verdicts.release_all", arguments), new TypeReference<>() {});
  }

  /** How the outlets of incidents fare. */
  public List<OutletRow> outlets() throws ControlException {
    return as(call("incidents.outlets", null), new TypeReference<>() {});
  }

  /** Sends a test incident through every outlet. */
  public List<OutletRow> testIncidents() throws ControlException {
    return as(call("incidents.test", null), new TypeReference<>() {});
  }

  /** What stands between findings and verdicts. */
  public DecisionReport decisions() throws ControlException {
    return as(call("decisions", null), new TypeReference<>() {});
  }

  /** Lets a rule or model act again. */
  public String rearm(String detector) throws ControlException {
    ObjectNode arguments = Wire.JSON.createObjectNode().put("detector", detector);
    return as(call("rules.rearm", arguments), new TypeReference<>() {});
  }

  /** The rules in force. */
  public List<RuleRow> rules() throws ControlException {
    return as(call("rules.list", null), new TypeReference<>() {});
  }

  /** Lets the agent read its rule files again. */
  public String reloadRules() throws ControlException {
    return as(call("rules.reload", null), new TypeReference<>() {});
  }

  /** Who is active now, and how it is judged. */
  public TopPage top() throws ControlException {
    return as(call("top", null), new TypeReference<>() {});
  }

  /**
   * Asks for live events: {@link #nextEvents} gives them. The connection serves nothing else then.
   *
   * @param where a condition of the rule language, blank for all events
   * @throws ControlException when the condition is wrong, or too many listen
   */
  public void listen(String where) throws ControlException {
    ObjectNode arguments = Wire.JSON.createObjectNode().put("where", where);
    call(RequestHandler.EVENTS, arguments);
  }

  /** The next events after {@link #listen}; comes several times a second, empty or not. */
  public EventBatch nextEvents() throws ControlException {
    try {
      return as(result(wire.read()), new TypeReference<>() {});
    } catch (IOException e) {
      throw new ControlException(
          Code.FAILED, "the connection to the agent broke: " + e.getMessage());
    }
  }

  /** Asks for a recording. */
  public RecordingRow startRecording(RecordingRequest request) throws ControlException {
    return as(call("recording.start", Wire.JSON.valueToTree(request)), new TypeReference<>() {});
  }

  /** How the recording under way stands, or how the last one ended. */
  public RecordingRow recording() throws ControlException {
    return as(call("recording.show", null), new TypeReference<>() {});
  }

  /** Ends the recording under way. */
  public RecordingRow stopRecording() throws ControlException {
    return as(call("recording.stop", null), new TypeReference<>() {});
  }

  private JsonNode call(String command, JsonNode arguments) throws ControlException {
    ObjectNode request = Wire.JSON.createObjectNode();
    request.put("version", Wire.VERSION).put("command", command);
    if (arguments != null) {
      request.set("arguments", arguments);
    }
    JsonNode answer;
    try {
      answer = exchange(request);
    } catch (IOException e) {
      throw new ControlException(
          Code.FAILED, "the connection to the agent broke: " + e.getMessage());
    }
    return result(answer);
  }

  private static JsonNode result(JsonNode answer) throws ControlException {
    if (answer == null) {
      throw new ControlException(Code.FAILED, "the agent hung up: it has stopped, or was too busy");
    }
    if (!answer.path("ok").asBoolean()) {
      JsonNode error = answer.path("error");
      throw new ControlException(
          Code.ofWire(error.path("code").asText()), error.path("message").asText());
    }
    return answer.path("result");
  }

  // An agent that turns somebody away says why and closes without reading: the answer may be there
  // although the request could not be written.
  private JsonNode exchange(JsonNode request) throws IOException {
    try {
      wire.write(request);
    } catch (IOException e) {
      JsonNode answer = wire.read();
      if (answer == null) {
        throw e;
      }
      return answer;
    }
    return wire.read();
  }

  private static <T> T as(JsonNode result, TypeReference<T> type) throws ControlException {
    try {
      return Wire.JSON.treeToValue(result, type);
    } catch (JsonProcessingException e) {
      throw new ControlException(
          Code.FAILED,
          "the agent's answer is not understood, it may be of another version: "
              + e.getOriginalMessage());
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left to be done with it.
    }
  }
}
