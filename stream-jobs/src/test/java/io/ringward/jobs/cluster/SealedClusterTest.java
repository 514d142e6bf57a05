/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.jobs.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.runtime.blob.BlobClient;
import org.apache.flink.runtime.blob.BlobServer;
import org.apache.flink.runtime.blob.VoidBlobStore;
import org.apache.flink.runtime.dispatcher.SessionDispatcherFactory;
import org.apache.flink.runtime.dispatcher.runner.DefaultDispatcherRunnerFactory;
import org.apache.flink.runtime.entrypoint.component.DefaultDispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.entrypoint.component.DispatcherResourceManagerComponentFactory;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.resourcemanager.StandaloneResourceManagerFactory;
import org.apache.flink.runtime.rpc.pekko.PekkoRpcSystem;
import org.apache.flink.util.Reference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No local user can make the agent run something: a cluster that is up listens on nothing, and what
 * listens for a moment while it comes up refuses. Each refusal has a control: the same attempt on a
 * stock Flink, where it works.
 */
final class SealedClusterTest {
  private static final List<String> PATHS =
      List.of("/jars/upload", "/jobs", "/jobs/overview", "/config", "/cluster", "/v1/jars/upload");

  @TempDir Path folder;
  private Configuration sealed;

  @BeforeEach
  void configure() throws IOException {
    sealed = SealedConfiguration.of(PrivateFolder.makeEmpty(folder.resolve("flink")));
  }

  @Test
  void aClusterThatIsUpListensOnNothing() throws Exception {
    try (SealedCluster cluster = new SealedCluster(sealed, new GaugeCollector())) {
      cluster.start();
      assertEquals(List.of(), ListeningSockets.now());
    }
  }

  @Test
  void theBlobServerShakesNoHands() throws Exception {
    try (BlobServer server = blobServer(sealed)) {
      server.start();
      assertTrue(
          ListeningSockets.now().stream().allMatch(at -> at.getAddress().isLoopbackAddress()));
      InetSocketAddress at =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
      assertThrows(IOException.class, () -> put(at, new Configuration()), "in plain text");
      assertThrows(IOException.class, () -> put(at, sealed), "with the server's own stores");
      assertEquals(0, storedFiles(), "nothing is stored");
    }
  }

  /** The control: this is what a stock BLOB server lets anybody do. */
  @Test
  void aStockBlobServerTakesAJar() throws Exception {
    Configuration stock = new Configuration();
    stock.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
    try (BlobServer server = blobServer(stock)) {
      server.start();
      put(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()), stock);
      assertTrue(storedFiles() > 0);
    }
  }

  private BlobServer blobServer(Configuration configuration) throws IOException {
    configuration.set(BlobServerOptions.STORAGE_DIRECTORY, folder.toString());
    return new BlobServer(configuration, folder.resolve("blobs").toFile(), new VoidBlobStore());
  }

  private static void put(InetSocketAddress at, Configuration configuration) throws Exception {
    try (Socket probe = new Socket(at.getAddress(), at.getPort())) {
      assertTrue(probe.isConnected(), "it does listen");
    }
    BlobClient.uploadFiles(at, configuration, new JobID(), List.of(jarFile()));
  }

  private static org.apache.flink.core.fs.Path jarFile() throws IOException {
    Path file = Files.createTempFile("job", ".jar");
    Files.write(file, jar());
    file.toFile().deleteOnExit();
    return new org.apache.flink.core.fs.Path(file.toUri());
  }

  private long storedFiles() throws IOException {
    Path blobs = folder.resolve("blobs");
    if (!Files.exists(blobs)) {
      return 0;
    }
    try (var files = Files.walk(blobs)) {
      return files.filter(java.nio.file.Files::isRegularFile).count();
    }
  }

  /** What the endpoint answers between its start and its close. */
  @Test
  @SuppressWarnings("try")
  void theRestEndpointKnowsNoRequest() throws Exception {
    try (MiniCluster cluster = clusterWithOpenEndpoint()) {
      cluster.start();
      URI address = cluster.getRestAddress().get();
      assertEquals("127.0.0.1", address.getHost());
      for (String path : PATHS) {
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
          int status = call(address, path, method);
          assertTrue(status == 404 || status == 400, status + " to " + method + " " + path);
        }
      }
      assertTrue(
          ListeningSockets.now().stream().allMatch(at -> at.getAddress().isLoopbackAddress()));
    }
  }

  /** The control: a stock endpoint does answer. */
  @Test
  @SuppressWarnings("try")
  void aStockEndpointAnswers() throws Exception {
    Configuration stock = new Configuration();
    stock.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    stock.set(RestOptions.BIND_PORT, "0");
    stock.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
    try (MiniCluster cluster = new OpenCluster(stock)) {
      cluster.start();
      URI address = cluster.getRestAddress().get();
      int status = call(address, "/jobs/overview", "GET");
      // The endpoint listens before it has found its dispatcher, and says 503 until then.
      for (int attempt = 0; status == 503 && attempt < 300; attempt++) {
        Thread.sleep(100);
        status = call(address, "/jobs/overview", "GET");
      }
      assertEquals(200, status);
      assertFalse(ListeningSockets.now().isEmpty());
    }
  }

  private static int call(URI address, String path, String method) throws Exception {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(
        "--x\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"job.jar\"\r\n\r\n"
            .getBytes(StandardCharsets.UTF_8));
    body.write(jar());
    body.write("\r\n--x--\r\n".getBytes(StandardCharsets.UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(address.resolve(path))
            .header("Content-Type", "multipart/form-data; boundary=x")
            .method(
                method,
                method.equals("GET")
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  /** A job jar as an attacker would send it. */
  private static byte[] jar() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String name = SealedClusterTest.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream jar = new JarOutputStream(bytes);
        InputStream code = SealedClusterTest.class.getClassLoader().getResourceAsStream(name)) {
      jar.putNextEntry(new ZipEntry(name));
      code.transferTo(jar);
    }
    return bytes.toByteArray();
  }

  @SuppressWarnings("try") // close() may be interrupted: that is MiniCluster's declaration.
  private static class OpenCluster extends MiniCluster {
    OpenCluster(Configuration configuration) {
      super(
          new MiniClusterConfiguration.Builder().setConfiguration(configuration).build(),
          () -> Reference.owned(new PekkoRpcSystem()));
    }
  }

  @SuppressWarnings("try")
  private MiniCluster clusterWithOpenEndpoint() {
    return new OpenCluster(sealed) {
      @Override
      protected DispatcherResourceManagerComponentFactory
          createDispatcherResourceManagerComponentFactory() {
        return new DefaultDispatcherResourceManagerComponentFactory(
            DefaultDispatcherRunnerFactory.createSessionRunner(SessionDispatcherFactory.INSTANCE),
            StandaloneResourceManagerFactory.getInstance(),
            new SilentEndpointFactory());
      }
    };
  }
}
