/* SPDX-License-Identifier: Apache-2.0 */
/** The container image of {@code deploy/container}, built and run as a node would. */
package io.ringward.it.container;
