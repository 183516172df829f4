import * as http from 'node:http';
import * as https from 'node:https';
import * as net from 'node:net';
import * as tls from 'node:tls';

/** Everything that other extensions of the host share with this one, to be compared by identity. */
export function sharedGlobals(): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const key of Reflect.ownKeys(globalThis)) {
    found.set(`globalThis ${String(key)}`, Reflect.get(globalThis, key));
  }
  for (const version of ['', '.1', '.2', '.3']) {
    const key = `undici.globalDispatcher${version}`;
    found.set(`Symbol.for(${key})`, Reflect.get(globalThis, Symbol.for(key)));
  }
  for (const [name, module] of Object.entries({ http, https, net, tls })) {
    for (const [key, value] of Object.entries(module)) found.set(`${name}.${key}`, value);
  }
  for (const event of [
    'uncaughtException',
    'unhandledRejection',
    'SIGINT',
    'SIGTERM',
    'exit',
    'beforeExit',
  ]) {
    found.set(`process listeners ${event}`, process.listenerCount(event));
  }
  for (const name of ['NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_EXTRA_CA_CERTS', 'HTTP_PROXY', 'HTTPS_PROXY']) {
    found.set(`process.env.${name}`, process.env[name]);
  }
  return found;
}

/** Names of what is not the same any more. */
export function changedGlobals(before: ReadonlyMap<string, unknown>): string[] {
  const after = sharedGlobals();
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => !Object.is(before.get(name), after.get(name)),
  );
}
