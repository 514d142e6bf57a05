/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * One feature that drove a score.
 *
 * @param feature its name, with unit where it has one
 * @param value what was seen
 * @param usual what this program usually shows (its median)
 * @param weight its share of the score above usual, 0 to 1
 */
public record FeatureContribution(String feature, double value, double usual, double weight) {}
