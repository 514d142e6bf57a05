/* SPDX-License-Identifier: Apache-2.0 */
/** The program {@code ringward}: command line, configuration, metrics, incidents, control. */
package io.ringward.agent;
