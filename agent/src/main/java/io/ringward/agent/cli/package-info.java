/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The command line: one class for each command, by picocli. Every command says what it did on
 * standard output and what went wrong on standard error, in words that say what to do, and ends
 * with a code of {@link io.ringward.agent.cli.ExitCode}.
 */
package io.ringward.agent.cli;
