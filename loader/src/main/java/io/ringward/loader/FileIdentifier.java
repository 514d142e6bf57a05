/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ringward.bpf.BpfIterator;
import io.ringward.bpf.BpfObject;
import io.ringward.bpf.IteratorScope;
import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.WireLayouts;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the hooks read a file: opens it and asks the kernel ({@code file.bpf.c}), because stat(2)
 * tells another device on overlay file systems. Thread-safe.
 */
final class FileIdentifier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileIdentifier.class);
  private static final long FD = WireCodecs.offset(WireLayouts.FILE_RECORD, "fd");

  private final BpfIterator iterator;

  FileIdentifier(BpfObject object) {
    this.iterator = object.program("identify_files").iterator(new IteratorScope.Everything());
  }

  /** The identities of those files that are there. */
  Set<FileIdentity> identify(Collection<Path> files) {
    return new HashSet<>(identifyEach(files).values());
  }

  /** The identity of each of those files and directories that are there. */
  synchronized Map<Path, FileIdentity> identifyEach(Collection<Path> files) {
    List<FileChannel> open = new ArrayList<>();
    try {
      // Compared by what stat says of path and descriptor: names differ between mount namespaces.
      Map<Path, Map<String, Object>> wanted = new HashMap<>();
      for (Path file : files) {
        try {
          open.add(FileChannel.open(file));
          wanted.put(file, statusOf(file));
        } catch (IOException e) {
          LOG.debug("{} cannot be opened: it is not there", file, e);
        }
      }
      if (wanted.isEmpty()) {
        return Map.of();
      }
      Map<Map<String, Object>, FileIdentity> byStatus = new HashMap<>();
      iterator
          .read(FileIdentifier::decode)
          .forEach((fd, identity) -> byStatus.put(statusOf(fd), identity));
      Map<Path, FileIdentity> found = new HashMap<>();
      wanted.forEach((file, status) -> {
        FileIdentity identity = byStatus.get(status);
        if (identity != null) {
          found.put(file, identity);
        }
      });
      return found;
    } finally {
      open.forEach(FileIdentifier::close);
    }
  }

  private static Map<Integer, FileIdentity> decode(MemorySegment output) {
    Map<Integer, FileIdentity> identities = new HashMap<>();
    long step = WireLayouts.FILE_RECORD.byteSize();
    for (long at = 0; at + step <= output.byteSize(); at += step) {
      identities.put(output.get(JAVA_INT, at + FD), WireCodecs.FILE_IDENTITY.decode(output, at));
    }
    return identities;
  }

  private static Map<String, Object> statusOf(Path file) throws IOException {
    return Files.readAttributes(file, "unix:dev,ino");
  }

  private static Map<String, Object> statusOf(int fd) {
    try {
      return statusOf(Path.of("/proc/self/fd", Integer.toString(fd)));
    } catch (IOException e) {
      return Map.of(); // another thread has closed it
    }
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing a file that was only looked at", e);
    }
  }

  @Override
  public void close() {
    iterator.close();
  }
}
