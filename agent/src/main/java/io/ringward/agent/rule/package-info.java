/* SPDX-License-Identifier: Apache-2.0 */
/** Which rule files the agent reads, checked before anything is changed by them. */
package io.ringward.agent.rule;
