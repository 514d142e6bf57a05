/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority for a test, made with the JDK's keytool. */
final class TestAuthority {
  private static final String PASSWORD = "changeit";

  private final Path folder;

  TestAuthority(Path folder) throws Exception {
    this.folder = folder;
    keytool(
        "-genkeypair", "-alias", "ca", "-keystore", "ca.p12", "-dname", "CN=Test", "-ext", "bc:c");
    keytool("-exportcert", "-rfc", "-alias", "ca", "-keystore", "ca.p12", "-file", "ca.pem");
    issue("server", "san=ip:127.0.0.1");
    issue("client", "san=dns:agent");
  }

  private void issue(String name, String extension) throws Exception {
    String store = name + ".p12";
    keytool("-genkeypair", "-alias", name, "-keystore", store, "-dname", "CN=" + name);
    keytool("-certreq", "-alias", name, "-keystore", store, "-file", name + ".csr");
    keytool(
        "-gencert",
        "-rfc",
        "-alias",
        "ca",
        "-keystore",
        "ca.p12",
        "-infile",
        name + ".csr",
        "-outfile",
        name + ".pem",
        "-ext",
        extension);
    keytool("-importcert", "-noprompt", "-alias", "ca", "-keystore", store, "-file", "ca.pem");
    keytool("-importcert", "-noprompt", "-alias", name, "-keystore", store, "-file", name + ".pem");
  }

  /** The authority's own certificate. */
  Path authority() {
    return folder.resolve("ca.pem");
  }

  Path clientCertificate() {
    return folder.resolve("client.pem");
  }

  /** The client's key in PKCS #8 form. */
  Path clientKey() throws Exception {
    Path file = folder.resolve("client.key");
    String key =
        Base64.getMimeEncoder()
            .encodeToString(store("client").getKey("client", PASSWORD.toCharArray()).getEncoded());
    Files.writeString(
        file, "-----BEGIN PRIVATE KEY-----\n" + key + "\n-----END PRIVATE KEY-----\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  /** For a server of 127.0.0.1 that trusts this authority's clients. */
  SSLContext serverContext() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store("server"), PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store("server"));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private KeyStore store(String name) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/keytool"));
    command.addAll(List.of(arguments));
    if (!arguments[0].equals("-exportcert") && !arguments[0].equals("-importcert")) {
      command.addAll(arguments[0].equals("-genkeypair") ? List.of("-keyalg", "EC") : List.of());
    }
    command.addAll(List.of("-storepass", PASSWORD));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
