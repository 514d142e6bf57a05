/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The agent as its users have it: a process of its own, started from the jars that are shipped, on
 * this machine's kernel. It acts on a control group of the test's own and on nothing else.
 */
package io.ringward.it.agent;
