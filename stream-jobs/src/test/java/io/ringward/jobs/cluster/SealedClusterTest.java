/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that is up listens on no port at all. */
final class SealedClusterTest {
  @TempDir Path folder;

  @Test
  void nothingListens() throws Exception {
    Path made = PrivateFolder.makeEmpty(folder.resolve("flink"));
    try (SealedCluster cluster =
        new SealedCluster(SealedConfiguration.of(made), new GaugeCollector())) {
      cluster.start();
      assertEquals(List.of(), ListeningSockets.now());
    }
  }
}
