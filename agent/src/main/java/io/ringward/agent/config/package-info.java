/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The agent's configuration: one table of settings ({@link io.ringward.agent.config.Setting}) that
 * the YAML file and the command line's flags are both read by, so that neither knows a setting that
 * the other does not.
 *
 * <p>{@link io.ringward.agent.config.ConfigurationFile} reports everything that is wrong with a
 * file in one go, each problem with line, column and what was expected.
 */
package io.ringward.agent.config;
