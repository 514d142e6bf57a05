/* SPDX-License-Identifier: Apache-2.0 */
package io.ringward.agent.run;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * What the process does on a signal. The JDK has this in its supported but unexported corner only
 * ({@code sun.misc.Signal}, module jdk.unsupported, JEP 260); it is reached by reflection, since
 * javac warns of every direct mention and the warning cannot be switched off.
 *
 * <p>Without a handler SIGHUP would end the JVM, and a second Ctrl-C would do nothing.
 */
final class Signals {
  private Signals() {}

  /**
   * Runs something on a thread of the JVM's own whenever the signal comes.
   *
   * @param name without SIG: {@code TERM}
   * @throws IllegalStateException when this JVM does not let it be handled
   */
  static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler call =
          (proxy, method, arguments) -> {
            switch (method.getName()) {
              case "handle" -> action.run();
              case "hashCode" -> {
                return System.identityHashCode(proxy);
              }
              case "equals" -> {
                return proxy == arguments[0];
              }
              case "toString" -> {
                return "handler of SIG" + name;
              }
              default -> throw new IllegalStateException("unexpected call of " + method);
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler}, call);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIG" + name + " cannot be handled on this JVM", e);
    }
  }
}
