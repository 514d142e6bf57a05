/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.function;

import io.ringward.jobs.types.DecideItem;
import io.ringward.jobs.types.ScoreItem;

/** Where the stage sends what leaves it: values that nobody changes any more. */
interface StageOutput {
  void toScore(ScoreItem item);

  void toDecide(DecideItem item);
}
