/* SPDX-License-Identifier: Apache-2.0 */
/**
 * First pass: text to YAML nodes that know their line and column, within bounds. Knows nothing of
 * rules.
 */
package io.ringward.rules.yaml;
