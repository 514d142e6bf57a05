/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How what crosses an exchange or lies in a checkpoint is written: one {@link
 * io.ringward.jobs.types.Codec} for each type, gathered with its version in {@link
 * io.ringward.jobs.types.StateType}, and one Flink serializer over them. Nothing here is left to
 * Kryo or to Java serialization: what cannot be written by name and version is not written.
 */
package io.ringward.jobs.types;
