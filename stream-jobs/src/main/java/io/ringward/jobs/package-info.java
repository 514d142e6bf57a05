/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The Flink topologies: {@link io.ringward.jobs.HostJob} runs the loop of one host embedded in the
 * agent.
 *
 * <p>The way of an item: {@link io.ringward.jobs.source feed} and ordered stage are one vertex,
 * since items are reused views; what needs history goes from there to the score operator by program
 * and to the decide operator, whose sink acts. Rule findings take one exchange, model findings two;
 * ticks take the long way, so that the heart beats only while all of it is alive.
 *
 * <p><b>Logging.</b> Flink tells much through slf4j. An agent sets these to warnings: {@code
 * org.apache.flink}, {@code org.apache.pekko}; {@code
 * org.apache.flink.runtime.security.token.DefaultDelegationTokenManager} warns of nothing at each
 * start and goes to errors; see {@link io.ringward.jobs.HostJob#CHATTY_LOGGERS}.
 */
package io.ringward.jobs;
