/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Virtual machines with stock Debian kernels, for what this machine's kernel cannot show. {@link
 * io.ringward.it.vm.VirtualMachine} keeps one guest alive for many commands; {@code vm/vmrun} does
 * the work. Tests in here carry {@code @Tag("vm")}, so that {@code ./ringward test --kernels} runs
 * them alone.
 */
package io.ringward.it.vm;
