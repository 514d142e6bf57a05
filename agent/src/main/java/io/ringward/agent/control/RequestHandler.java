/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringward.agent.control.ControlException.Code;
import io.ringward.kernel.Feedback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a request line into calls of the service, and what comes of them into an answer line. */
final class RequestHandler {
  private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

  /** The command whose answer is a stream. */
  static final String EVENTS = "events";

  private final ControlService service;

  RequestHandler(ControlService service) {
    this.service = service;
  }

  /** Never throws: what goes wrong is the answer. */
  JsonNode answer(JsonNode request) {
    try {
      return done(perform(request));
    } catch (ControlException e) {
      return refused(e.code(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("a control request failed", e);
      return refused(Code.FAILED, "the agent could not do it: " + e);
    }
  }

  /** Whether it is answered by a stream of lines that lasts as long as the connection. */
  static boolean asksForStream(JsonNode request) {
    return request.path("command").asText().equals(EVENTS);
  }

  /** Opens what {@link #asksForStream} asks for. */
  EventStream open(JsonNode request) throws ControlException {
    checkVersion(request);
    try {
      return service.events(request.path("arguments").path("where").asText());
    } catch (RuntimeException e) {
      LOG.warn("a control request failed", e);
      throw new ControlException(Code.FAILED, "the agent could not do it: " + e);
    }
  }

  private static void checkVersion(JsonNode request) throws ControlException {
    int version = request.path("version").asInt();
    if (version != Wire.VERSION) {
      throw new ControlException(
          Code.BAD_REQUEST,
          "the running agent speaks version "
              + Wire.VERSION
              + " of the control protocol, this request is of version "
              + version
              + ": use the ringward command of the version that runs");
    }
  }

  private Object perform(JsonNode request) throws ControlException {
    checkVersion(request);
    JsonNode arguments = request.path("arguments");
    String command = request.path("command").asText();
    return switch (command) {
      case "status" -> service.status();
      case "capabilities" -> service.capabilities();
      case "verdicts.list" -> service.verdicts();
      case "verdicts.add" -> service.add(read(arguments, VerdictRequest.class));
      case "verdicts.release" ->
          service.release(arguments.path("id").asText(), feedback(arguments));
      case "verdicts.release_all" -> service.releaseAll(feedback(arguments));
      case "incidents.outlets" -> service.outlets();
      case "incidents.test" -> service.testIncidents();
      case "decisions" -> service.decisions();
      case "rules.rearm" -> service.rearm(arguments.path("detector").asText());
      case "rules.list" -> service.rules();
      case "rules.reload" -> service.reloadRules();
      case "recording.start" -> service.startRecording(read(arguments, RecordingRequest.class));
      case "recording.show" -> service.recording();
      case "recording.stop" -> service.stopRecording();
      case "top" -> service.top();
      default ->
          throw new ControlException(Code.BAD_REQUEST, "there is no command '" + command + "'");
    };
  }

  /** What an operator says of what he releases; nothing when he says nothing. */
  private static Feedback feedback(JsonNode arguments) throws ControlException {
    String word = arguments.path("feedback").asText(Feedback.NONE.label());
    for (Feedback feedback : Feedback.values()) {
      if (feedback.label().equals(word)) {
        return feedback;
      }
    }
    throw new ControlException(
        Code.BAD_REQUEST,
        "'" + word + "' is no feedback: expected none, false_positive or confirmed");
  }

  private static <T> T read(JsonNode arguments, Class<T> type) throws ControlException {
    if (!arguments.isObject()) {
      throw new ControlException(Code.BAD_REQUEST, "the command needs arguments");
    }
    try {
      return Wire.JSON.treeToValue(arguments, type);
    } catch (JsonProcessingException e) {
      throw new ControlException(
          Code.BAD_REQUEST, "the arguments are not understood: " + e.getOriginalMessage());
    }
  }

  static JsonNode done(Object result) {
    ObjectNode answer = Wire.JSON.createObjectNode();
    answer.put("version", Wire.VERSION).put("ok", true);
    answer.set("result", Wire.JSON.valueToTree(result));
    return answer;
  }

  static JsonNode refused(Code code, String message) {
    ObjectNode answer = Wire.JSON.createObjectNode();
    answer.put("version", Wire.VERSION).put("ok", false);
    answer.putObject("error").put("code", code.wire()).put("message", message);
    return answer;
  }
}
