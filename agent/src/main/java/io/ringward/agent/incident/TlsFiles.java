/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.incident;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What TLS goes by, from PEM files (RFC 7468). The receiver's name is always checked.
 *
 * @param authorities who signs receivers' certificates, in the place of the system's; empty for the
 *     system's
 * @param certificate of this client, followed by its chain; empty for none
 * @param key of the client's certificate, PKCS #8 without a password
 */
public record TlsFiles(Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {
  private static final char[] NO_PASSWORD = new char[0];
  private static final String KEY_BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String KEY_END = "-----END PRIVATE KEY-----";

  public TlsFiles {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "a client certificate needs its key, and a key its certificate: set both"
              + " incidents.certificate_file and incidents.key_file, or neither");
    }
  }

  /**
   * Reads the files.
   *
   * @throws IOException when one cannot be read or used; says which and what is expected
   */
  public SSLContext context() throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      TrustManagerFactory trust = null;
      if (authorities.isPresent()) {
        KeyStore store = emptyStore();
        int number = 0;
        for (Certificate authority : certificates(authorities.get())) {
          store.setCertificateEntry("authority" + number++, authority);
        }
        trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
      }
      KeyManagerFactory own = null;
      if (certificate.isPresent()) {
        KeyStore store = emptyStore();
        Certificate[] chain = certificates(certificate.get()).toArray(new Certificate[0]);
        store.setKeyEntry("client", privateKey(key.orElseThrow()), NO_PASSWORD, chain);
        own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(store, NO_PASSWORD);
      }
      context.init(
          own == null ? null : own.getKeyManagers(),
          trust == null ? null : trust.getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file) throws IOException {
    try {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (found.isEmpty()) {
        throw new IOException(file + " holds no certificate: expected PEM, -----BEGIN CERTIFICATE");
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " holds no certificates in PEM form: " + e.getMessage(), e);
    }
  }

  private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
    requirePrivate(file);
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    int begin = text.indexOf(KEY_BEGIN);
    int end = text.indexOf(KEY_END);
    if (begin < 0 || end < begin) {
      throw new IOException(
          file
              + " holds no key without a password in PKCS #8 form ("
              + KEY_BEGIN
              + "): 'openssl pkcs8 -topk8 -nocrypt' makes one");
    }
    byte[] bytes = Base64.getMimeDecoder().decode(text.substring(begin + KEY_BEGIN.length(), end));
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (InvalidKeySpecException e) {
        // It is of another kind.
      }
    }
    throw new IOException(file + " holds a key of an unknown kind: expected RSA, EC or Ed25519");
  }

  /** Refuses a secret that others may read. */
  static void requirePrivate(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.contains(PosixFilePermission.OTHERS_READ)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(file + " may be read or written by everybody: chmod 600 " + file);
    }
  }
}
