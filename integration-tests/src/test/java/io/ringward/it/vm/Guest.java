/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.vm;

import io.ringward.it.vm.VirtualMachine.Settings;

/** The kernels that the object and its loader are proven on, beside this machine's own. */
enum Guest {
  DEBIAN_6_1("6.1", "6.1", "landlock,lockdown,yama,bpf"),
  DEBIAN_6_12("6.12", "6.12", "landlock,lockdown,yama,bpf"),
  /** As most distributions boot: the security module is built in and not asked for. */
  DEBIAN_6_12_WITHOUT_BPF_LSM("6.12 no bpf in lsm=", "6.12", "landlock,lockdown,yama");

  private final String title;
  private final String kernel;
  private final String securityModules;

  Guest(String title, String kernel, String securityModules) {
    this.title = title;
    this.kernel = kernel;
    this.securityModules = securityModules;
  }

  /** The column of the matrix. */
  String title() {
    return title;
  }

  Settings settings() {
    return Settings.of(kernel).withSecurityModules(securityModules);
  }

  /** What refuses exec and fork there. */
  String refusalRung() {
    return securityModules.contains("bpf") ? "lsm" : "fmod_ret";
  }
}
