/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How an operator speaks with the running agent: a unix socket that only root may open.
 *
 * <p><b>The protocol</b>, version {@value io.ringward.agent.control.Wire#VERSION}. Both sides send
 * JSON objects, each on one line of UTF-8. A request is {@code {"version":1, "command":"…",
 * "arguments":{…}}}; its answer is {@code {"version":1, "ok":true, "result":…}} or {@code
 * {"version":1, "ok":false, "error":{"code":"…", "message":"…"}}}. Requests are answered in order;
 * a connection may carry many. A request is at most {@value
 * io.ringward.agent.control.Wire#LONGEST_REQUEST_BYTES} bytes, an answer at most {@value
 * io.ringward.agent.control.Wire#LONGEST_REPLY_BYTES}; who sends nothing for a while is hung up on.
 *
 * <p><b>Who may.</b> The socket's folder has mode 0700 and the socket 0600, and the agent asks the
 * kernel for the peer's credentials ({@code SO_PEERCRED}, unix(7)): any other than user id 0 is
 * refused before a byte is read.
 */
package io.ringward.agent.control;
