import type { ScriptRequest, ScriptResponse } from '../job.ts';
import { offerCommon } from './common.ts';
import { coreApi, exit } from './core.ts';
import { hashes } from './hash.ts';
import type { Api, Host } from './host.ts';
import { jetbrainsRequest } from './jetbrainsRequest.ts';
import { jetbrainsResponse } from './jetbrainsResponse.ts';
import { kulalaAsserts } from './kulala.ts';
import { randomValues } from './random.ts';
import { Tests } from './tests.ts';
import { fromJson, offer, shown, unsupported } from './values.ts';
import { Variables } from './variables.ts';

/** JetBrains' names, and kulala's beyond them. */
export function install(host: Host): Api {
  const tests = new Tests(host);
  const global = new Variables(host, 'globals', 'global', 'client.global');
  const assert = (condition: unknown, message?: unknown) => {
    if (condition !== true && !Boolean(condition)) throw new Error(shown(message ?? 'Assertion failed'));
  };
  const client = {
    global: {
      get: (name: unknown) => global.get(name),
      set: (name: unknown, value: unknown) => global.set(name, value),
      isEmpty: () => global.isEmpty(),
      clear: (name: unknown) => global.clear(name),
      clearAll: () => global.clearAll(),
      headers: {
        set: (name: unknown, value: unknown) =>
          host.report('globalHeader', String(name), JSON.stringify(String(value))),
        clear: (name: unknown) => host.report('globalHeader', String(name)),
      },
    },
    test: (name: unknown, body: unknown) => tests.run(name, body),
    assert,
    log: (...values: unknown[]) => host.report('log', 'log', values.map(shown).join(' ')),
    exit: () => exit(host),
    isEmpty: () => global.isEmpty(),
    clear: (name: unknown) => global.clear(name),
    clearAll: () => global.clearAll(),
    variables: {
      get global() {
        return client.global;
      },
      get file() {
        return reader(() => fromJson(host.state('fileVariables')));
      },
      get environment() {
        return reader(() => fromJson(host.state('environment')));
      },
    },
    get responses() {
      const found = fromJson(host.state('responses')) as Readonly<Record<string, ScriptResponse>>;
      return Object.fromEntries(
        Object.entries(found).map(([name, response]) => [
          name,
          jetbrainsResponse(response, () => response.body),
        ]),
      );
    },
  };
  offer('client', client);
  offer('assert', kulalaAsserts(assert));
  offer('crypto', hashes(host));
  offer('$random', randomValues(host));
  offer('xpath', () => unsupported('"xpath"'));
  offerCommon(host);
  return coreApi(
    host,
    () => {
      offerLazily('$env', () => fromJson(host.state('processEnvironment')));
      offerLazily('$uuid', () => (randomValues(host) as { uuid: string }).uuid);
      offerLazily('$timestamp', () => Math.floor(Date.now() / 1000));
      offerLazily('$isoTimestamp', () => new Date().toISOString());
      offerLazily('$randomInt', () => Math.floor(Math.random() * 1000));
      offerLazily('request', () => {
        const request = fromJson(host.state('request')) as ScriptRequest | undefined;
        return jetbrainsRequest(host, request);
      });
      const response = fromJson(host.state('response')) as ScriptResponse | undefined;
      if (response !== undefined) {
        offer(
          'response',
          jetbrainsResponse(response, () => host.state('responseBody') ?? ''),
        );
      }
    },
    () => tests.finish(),
  );
}

/** Made when the script first names it. */
function offerLazily(name: string, make: () => unknown): void {
  let value: unknown;
  let made = false;
  Object.defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get: () => {
      if (!made) value = make();
      made = true;
      return value;
    },
    set: (replaced: unknown) => {
      value = replaced;
      made = true;
    },
  });
}

function reader(read: () => unknown): { get(name: unknown): unknown } {
  return {
    get: (name) => {
      const values = (read() ?? {}) as Readonly<Record<string, unknown>>;
      return Object.hasOwn(values, String(name)) ? values[String(name)] : null;
    },
  };
}
