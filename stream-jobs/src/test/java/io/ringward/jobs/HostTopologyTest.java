/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ringward.jobs.types.StateType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostTopologyTest {
  @TempDir Path folder;

  private JobGraph graph() {
    return HostTopology.build(
        URI.create("memory:topology"), JobSettings.of(folder, Duration.ofHours(1)));
  }

  /**
   * Items are reused views, so nothing may lie between the source and the stage; and behind it an
   * exchange would cost each verdict the waking of a thread.
   */
  @Test
  void allIsOneVertex() {
    List<String> names = new ArrayList<>();
    for (JobVertex vertex : graph().getVerticesSortedTopologicallyFromSources()) {
      names.add(vertex.getName());
      assertEquals(1, vertex.getParallelism());
    }
    assertEquals(List.of("Source: feed -> stage -> score -> decide -> verdicts: Writer"), names);
  }

  /** State finds its operator by what the uids say, so each has one and none is ever changed. */
  @Test
  void uidsAreStable() {
    assertEquals(
        Set.of("host-feed", "host-stage", "host-score", "host-decide", "host-verdicts"),
        uids(graph()));
  }

  private static Set<String> uids(JobGraph graph) {
    Set<String> uids = new HashSet<>();
    for (JobVertex vertex : graph.getVertices()) {
      vertex.getOperatorIDs().forEach(pair -> uids.add(pair.getUserDefinedOperatorUid()));
    }
    return uids;
  }

  /** Kryo is switched off, and would be refused where it crept in. */
  @Test
  void nothingFallsBackToKryo() {
    Configuration settings = JobSettings.of(folder, Duration.ofHours(1));
    var serializers =
        StreamExecutionEnvironment.getExecutionEnvironment(settings)
            .getConfig()
            .getSerializerConfig();
    assertThrows(
        UnsupportedOperationException.class,
        () -> TypeInformation.of(Thread.class).createSerializer(serializers));
    for (StateType type : StateType.values()) {
      String name =
          type.information(type.javaType()).createSerializer(serializers).getClass().getName();
      assertTrue(name.startsWith("io.ringward.jobs.types."), name);
    }
  }
}
