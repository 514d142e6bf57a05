/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.kernel;

/**
 * What a feed hands over, in one order: kernel events as reused views, and control items as values.
 */
public sealed interface FeedItem permits EventView, ControlItem {
  /** When it happened: kernel time of an event, or when a control item entered the feed. */
  long timeNanos();
}
