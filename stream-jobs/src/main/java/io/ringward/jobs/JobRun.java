/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs;

import io.ringward.jobs.cluster.CheckpointFolder;
import io.ringward.jobs.cluster.SealedCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.operators.coordination.TaskNotRunningException;
import org.apache.flink.runtime.scheduler.ExecutionGraphInfo;
import org.apache.flink.runtime.scheduler.exceptionhistory.ExceptionHistoryEntry;
import org.apache.flink.runtime.scheduler.exceptionhistory.RootExceptionHistoryEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One submission of the job: from a checkpoint or from nothing, to its end. Thread-safe. */
final class JobRun {
  private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
  private static final long POLL_MILLIS = 10;
  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 30;

  private final SealedCluster cluster;
  private final JobGraph graph;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean stopping;
  private long failedBeforeStart;

  private JobRun(SealedCluster cluster, JobGraph graph) {
    this.cluster = cluster;
    this.graph = graph;
  }

  /**
   * Starts from the newest checkpoint that can be read, and from nothing if none can. What could
   * not be read is set aside only when something else has worked: else it is not the checkpoint's
   * fault.
   *
   * @param graph makes the graph anew for each try
   * @param failedCheckpoints asks how many have failed so far
   * @throws HostJobException when the job does not run even from nothing
   */
  static JobRun start(
      SealedCluster cluster,
      Supplier<JobGraph> graph,
      CheckpointFolder checkpoints,
      LongSupplier failedCheckpoints)
      throws IOException, InterruptedException, HostJobException {
    List<Path> unreadable = new ArrayList<>();
    for (Path checkpoint : checkpoints.newestFirst()) {
      try {
        JobRun run = tryStart(cluster, graph.get(), Optional.of(checkpoint));
        setAside(unreadable, checkpoints);
        LOG.info("the job goes on from {}", checkpoint);
        run.failedBeforeStart = failedCheckpoints.getAsLong();
        return run;
      } catch (HostJobException e) {
        LOG.warn("the checkpoint {} cannot be read: {}", checkpoint, rootMessage(e));
        unreadable.add(checkpoint);
      }
    }
    JobRun run = tryStart(cluster, graph.get(), Optional.empty());
    run.failedBeforeStart = failedCheckpoints.getAsLong();
    setAside(unreadable, checkpoints);
    if (!unreadable.isEmpty()) {
      LOG.warn("no checkpoint could be read: models and verdicts begin anew");
    }
    return run;
  }

  private static void setAside(List<Path> unreadable, CheckpointFolder checkpoints)
      throws IOException {
    // The newest last, since it is the one that is kept.
    for (Path checkpoint : unreadable.reversed()) {
      LOG.warn("the damaged checkpoint is now {}", checkpoints.setAside(checkpoint));
    }
  }

  private static JobRun tryStart(SealedCluster cluster, JobGraph graph, Optional<Path> checkpoint)
      throws InterruptedException, HostJobException {
    checkpoint.ifPresent(path ->
        graph.setSavepointRestoreSettings(
            SavepointRestoreSettings.forPath(
                path.toUri().toString(), true, RecoveryClaimMode.NO_CLAIM)));
    JobRun run = new JobRun(cluster, graph);
    try {
      cluster.submitJob(graph).get(START_SECONDS, TimeUnit.SECONDS);
      run.awaitRunning();
    } catch (ExecutionException e) {
      run.cancel();
      throw new HostJobException(rootMessage(e), e.getCause());
    } catch (TimeoutException e) {
      run.cancel();
      throw new HostJobException("it did not come up within " + START_SECONDS + " s", e);
    } catch (HostJobException e) {
      run.cancel();
      throw e;
    }
    cluster.requestJobResult(graph.getJobID()).whenComplete(run::onResult);
    return run;
  }

  /** State has been read when all tasks run; a failure before that is a failure to start. */
  private void awaitRunning()
      throws InterruptedException, ExecutionException, TimeoutException, HostJobException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (System.nanoTime() < deadline) {
      ExecutionGraphInfo info =
          cluster.getExecutionGraphInfo(graph.getJobID()).get(START_SECONDS, TimeUnit.SECONDS);
      for (var failure : info.getExceptionHistory()) {
        throw new HostJobException(
            rootMessage(failure.getException().deserializeError(loader())),
            failure.getException().deserializeError(loader()));
      }
      JobStatus status = info.getArchivedExecutionGraph().getState();
      if (status == JobStatus.FINISHED || allRun(info)) {
        return;
      }
      if (status.isGloballyTerminalState()) {
        throw new HostJobException("it is " + status + " before it ran", null);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    throw new TimeoutException();
  }

  /** A job that is being set up has no vertices yet. */
  private static boolean allRun(ExecutionGraphInfo info) {
    var vertices = info.getArchivedExecutionGraph().getAllVertices().values();
    for (AccessExecutionJobVertex vertex : vertices) {
      ExecutionState state = vertex.getAggregateState();
      if (state != ExecutionState.RUNNING && state != ExecutionState.FINISHED) {
        return false;
      }
    }
    return !vertices.isEmpty();
  }

  private static ClassLoader loader() {
    return JobRun.class.getClassLoader();
  }

  private void onResult(JobResult result, Throwable failure) {
    if (failure != null) {
      end(Optional.of(failure));
      return;
    }
    Optional<Throwable> thrown =
        result.getSerializedThrowable().map(error -> error.deserializeError(loader()));
    if (thrown.isPresent() && isSymptom(thrown.get())) {
      // Asked for asynchronously: this runs on a thread of the cluster, which has to answer.
      cluster
          .getExecutionGraphInfo(graph.getJobID())
          .whenComplete((info, _) -> end(Optional.of(disease(info, thrown.get()))));
    } else {
      end(thrown);
    }
  }

  /**
   * Whether it only says that a task was found to have failed. Flink's source coordinator may see
   * that before the task itself has reported why (Task.deliverOperatorEvent), and then the job ends
   * with it as its reason.
   */
  private static boolean isSymptom(Throwable failure) {
    return root(failure) instanceof TaskNotRunningException;
  }

  /** The newest failure in the job's history that says why, or what there is. */
  private static Throwable disease(ExecutionGraphInfo info, Throwable symptom) {
    Throwable newest = symptom;
    if (info != null) {
      for (RootExceptionHistoryEntry entry : info.getExceptionHistory()) {
        newest = newest(entry, newest);
        for (ExceptionHistoryEntry concurrent : entry.getConcurrentExceptions()) {
          newest = newest(concurrent, newest);
        }
      }
    }
    return newest;
  }

  /** The history is in the order of time. */
  private static Throwable newest(ExceptionHistoryEntry entry, Throwable before) {
    Throwable failure = entry.getException().deserializeError(loader());
    return isSymptom(failure) ? before : failure;
  }

  private void end(Optional<Throwable> failure) {
    if (failure.isEmpty() || stopping) {
      ended.complete(null);
    } else {
      ended.completeExceptionally(
          new HostJobException("the job has failed: " + rootMessage(failure.get()), failure.get()));
    }
  }

  CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /**
   * Checkpoints that failed because not everything ran yet: Flink tries the first one at once, and
   * that is no failure that anybody wants to hear of.
   */
  long failedBeforeStart() {
    return failedBeforeStart;
  }

  JobID id() {
    return graph.getJobID();
  }

  /** The name of the task that reads the feed. */
  String feedTask() {
    return task(HostTopology.STAGE);
  }

  /** The name of the task that decides. */
  String decideTask() {
    return task(HostTopology.DECIDE);
  }

  private String task(String operator) {
    for (JobVertex vertex : graph.getVertices()) {
      if (vertex.getName().contains(operator)) {
        return vertex.getName();
      }
    }
    return operator;
  }

  /** Begins a checkpoint; completes with its path. */
  CompletableFuture<String> save() {
    return cluster.triggerCheckpoint(id());
  }

  /** Writes a last checkpoint if the job runs, and ends it. */
  void saveAndCancel() {
    if (!ended.isDone()) {
      try {
        save().get(STOP_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        LOG.warn("no last checkpoint could be written: {}", rootMessage(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    cancel();
  }

  /** Ends the job. */
  void cancel() {
    stopping = true;
    try {
      if (!ended.isDone()) {
        cluster.cancelJob(id()).get(STOP_SECONDS, TimeUnit.SECONDS);
        cluster.requestJobResult(id()).get(STOP_SECONDS, TimeUnit.SECONDS);
      }
    } catch (ExecutionException e) {
      LOG.debug("the job had ended before it was cancelled", e);
    } catch (TimeoutException e) {
      LOG.warn("the job did not end within {} s", STOP_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended.complete(null);
  }

  /** What it comes down to: Flink wraps a cause many times. */
  private static String rootMessage(Throwable failure) {
    Throwable root = root(failure);
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }
}
