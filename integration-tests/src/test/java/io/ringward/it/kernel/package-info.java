/* SPDX-License-Identifier: Apache-2.0 */
/** What several rooms promise together, asked of the real kernel. */
package io.ringward.it.kernel;
