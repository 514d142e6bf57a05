/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.it.vm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which rung each capability stands on, on each kernel. One thread. */
final class CapabilityMatrix {
  private static final Pattern LINE = Pattern.compile("(?m)^rung (\\w+) (\\w+): .*$");

  private final List<String> kernels = new ArrayList<>();
  private final Map<String, Map<String, String>> rungs = new LinkedHashMap<>();

  /** Takes what KernelSmoke printed on a kernel; returns its rungs by capability. */
  Map<String, String> add(String kernel, String smoke) {
    kernels.add(kernel);
    Map<String, String> found = new LinkedHashMap<>();
    Matcher line = LINE.matcher(smoke);
    while (line.find()) {
      found.put(line.group(1), line.group(2));
      rungs.computeIfAbsent(line.group(1), _ -> new LinkedHashMap<>()).put(kernel, line.group(2));
    }
    return found;
  }

  /** Capabilities down, kernels across. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("matrix: %-20s".formatted("capability"));
    kernels.forEach(kernel -> text.append("  %-20s".formatted(kernel)));
    rungs.forEach((capability, row) -> {
      text.append("\nmatrix: %-20s".formatted(capability));
      kernels.forEach(
          kernel -> text.append("  %-20s".formatted(row.getOrDefault(kernel, "not tried"))));
    });
    return text.toString().replaceAll("(?m) +$", "");
  }
}
