/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.loader;

import io.ringward.kernel.FileIdentity;
import io.ringward.kernel.FileWish;
import io.ringward.kernel.WireLayouts;
import io.ringward.loader.WantedFiles.Content;
import io.ringward.loader.WantedFiles.Directory;
import io.ringward.loader.WantedFiles.Name;
import io.ringward.loader.WantedFiles.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Wishes by path, made into what the kernel looks up: the inodes that stand at those paths now. A
 * path that is not there is wished for by its prefix and, once its directory is there, by its name.
 * Not thread-safe.
 */
final class FileWishes {
  private static final Path ROOT = Path.of("/");

  /** More files of one prefix are not looked at one by one. */
  private static final int MOST_OF_A_PREFIX = 256;

  private final Path hostRoot;
  private final Function<Collection<Path>, Map<Path, FileIdentity>> identify;
  private final Map<Path, Directory> directories = new HashMap<>();
  private final Map<Path, Directory> names = new HashMap<>();
  private final Map<Text, Integer> prefixes = new HashMap<>();
  private int wanted;
  private int everywhere;
  private int deep;
  private int steps;

  private FileWishes(Path hostRoot, Function<Collection<Path>, Map<Path, FileIdentity>> identify) {
    this.hostRoot = hostRoot;
    this.identify = identify;
  }

  /**
   * What the tables have to hold for some wishes now.
   *
   * @param hostRoot where the host's files are seen from here
   * @param identify how the hooks read files; those that are not there are missing
   */
  static Content resolve(
      Collection<FileWish> wishes,
      Path hostRoot,
      Function<Collection<Path>, Map<Path, FileIdentity>> identify) {
    FileWishes resolved = new FileWishes(hostRoot, identify);
    wishes.forEach(resolved::add);
    return resolved.content();
  }

  /** The paths whose files decide what {@link #resolve} gives. */
  static Set<Path> watched(Collection<FileWish> wishes, Path hostRoot) {
    FileWishes resolved = new FileWishes(hostRoot, _ -> Map.of());
    wishes.forEach(resolved::add);
    Set<Path> paths = new HashSet<>(resolved.directories.keySet());
    resolved.names.keySet().forEach(name -> paths.add(name.getParent()));
    return paths;
  }

  private void add(FileWish wish) {
    int mask = FileWish.mask(wish.kinds());
    wanted |= mask;
    switch (wish.place()) {
      case FileWish.Place.Everywhere() -> everywhere |= mask;
      case FileWish.Place.Below(String path) -> {
        deep |= mask;
        addDirectory(path, mask);
        addName(onHost(path), new Directory(mask, 0), 1);
        addPrefix(path, mask);
      }
      case FileWish.Place.Named(String path) -> {
        addName(onHost(path), new Directory(0, mask), 1);
        addPrefix(path, mask);
      }
      case FileWish.Place.Prefixed(String text) -> {
        deep |= mask;
        addPrefix(text, mask);
        for (String path : startingWith(text)) {
          addDirectory(path, mask);
          addName(onHost(path), new Directory(mask, 0), 1);
        }
      }
    }
  }

  private void addDirectory(String path, int mask) {
    directories.merge(onHost(path), new Directory(mask, 0), Directory::and);
  }

  /**
   * The file may be made, or made anew: its directory has to know its name. Where that is not there
   * either, the first that is has to know the name of the way there, and all below it is wanted.
   *
   * @param above how many names the directory is above the file that is meant
   */
  private void addName(Path file, Directory want, int above) {
    Path directory = file.getParent();
    if (directory == null || file.equals(hostRoot)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      addName(directory, new Directory(want.below() | want.named(), 0), above + 1);
      return;
    }
    steps = Math.max(steps, above);
    int mask = want.below() | want.named();
    byte[] name = file.getFileName().toString().getBytes(StandardCharsets.UTF_8);
    if (name.length < WireLayouts.WANTED_NAME_SIZE) {
      names.merge(file, want, Directory::and);
      directories.merge(directory, new Directory(0, mask), Directory::and);
    } else {
      deep |= mask;
      directories.merge(directory, new Directory(mask, 0), Directory::and);
    }
  }

  private void addPrefix(String text, int mask) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(bytes.length, WireLayouts.WANTED_PREFIX_SIZE - 1);
    prefixes.merge(Text.of(java.util.Arrays.copyOf(bytes, length)), mask, (a, b) -> a | b);
  }

  /** Whatever stands in the directory of a prefix and begins with its last part. */
  private List<String> startingWith(String text) {
    int slash = text.lastIndexOf('/');
    String directory = text.substring(0, slash + 1);
    String start = text.substring(slash + 1);
    if (start.isEmpty()) {
      return List.of(directory);
    }
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(
            onHost(directory), entry -> entry.getFileName().toString().startsWith(start))) {
      for (Path entry : entries) {
        found.add(directory + entry.getFileName());
        if (found.size() > MOST_OF_A_PREFIX) {
          return List.of(directory);
        }
      }
    } catch (IOException e) {
      return List.of(directory + start); // not there: its prefix is all that there is
    }
    // What is not there yet: "/etc/cron" may become a name of its own.
    found.add(directory + start);
    return found;
  }

  private Path onHost(String path) {
    return hostRoot.resolve(ROOT.relativize(Path.of(path).normalize()));
  }

  private Content content() {
    Set<Path> paths = new HashSet<>(directories.keySet());
    names.keySet().forEach(name -> paths.add(name.getParent()));
    Map<Path, FileIdentity> identities = identify.apply(paths);
    Map<FileIdentity, Directory> byIdentity = new HashMap<>();
    directories.forEach((path, want) -> {
      FileIdentity identity = identities.get(path);
      if (identity != null) {
        byIdentity.merge(identity, want, Directory::and);
      }
    });
    Map<Name, Directory> byName = new HashMap<>();
    names.forEach((path, want) -> {
      FileIdentity directory = identities.get(path.getParent());
      if (directory != null) {
        byte[] name = path.getFileName().toString().getBytes(StandardCharsets.UTF_8);
        byName.merge(new Name(directory, Text.of(name)), want, Directory::and);
      }
    });
    return new Content(wanted, everywhere, deep, steps, byIdentity, byName, accumulated());
  }

  /** The trie gives the longest prefix only, so each has to have what the shorter ones have. */
  private Map<Text, Integer> accumulated() {
    Map<Text, Integer> all = new HashMap<>();
    prefixes.forEach((text, own) -> {
      int mask = own;
      for (Map.Entry<Text, Integer> other : prefixes.entrySet()) {
        if (text.latin1().startsWith(other.getKey().latin1())) {
          mask |= other.getValue();
        }
      }
      all.put(text, mask);
    });
    return all;
  }
}
