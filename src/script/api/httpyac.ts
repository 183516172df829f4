import type { ScriptRequest, ScriptResponse } from '../job.ts';
import { nodeAssert } from './assert.ts';
import { offerCommon } from './common.ts';
import { coreApi, exit } from './core.ts';
import { changedRequest, httpyacRequest } from './httpyacRequest.ts';
import { httpyacResponse } from './httpyacResponse.ts';
import type { Api, Host } from './host.ts';
import { httpyacTest } from './httpyacTest.ts';
import { randomValues, uuid } from './random.ts';
import { Tests } from './tests.ts';
import { fromJson, isOffered, namesOf, offer, toJson, unsupported } from './values.ts';

/** What httpyac names and Keyturn does not offer to scripts. */
const REFUSED = ['oauth2Session', 'sleep', 'client', '$input', '$password', '$pick', 'fs', 'process'];

/** httpyac's names. */
export function install(host: Host): Api {
  const tests = new Tests(host);
  const exported: Record<string, unknown> = {};
  let request: Record<string, unknown> | null = null;
  let requestBefore = '';
  let globals: Record<string, unknown> = {};
  let globalsBefore = new Map<string, string>();
  const sent: { response: ScriptResponse | undefined } = { response: undefined };

  offer('exports', exported);
  offer('module', { exports: exported });
  offer('assert', nodeAssert());
  offer(
    'test',
    httpyacTest(
      tests,
      () => sent.response,
      () => host.state('responseBody') ?? '',
    ),
  );
  offer('$random', { ...randomValues(host), uuid: () => uuid(host) });
  offer('$cancel', () => exit(host));
  offerCommon(host);
  for (const name of REFUSED) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => unsupported(`"${name}"`),
      set: (value: unknown) => offer(name, value),
    });
  }

  return coreApi(
    host,
    (names) => {
      const read = fromJson(host.state('request')) as ScriptRequest | undefined;
      if (read !== undefined) {
        request = httpyacRequest(read);
        requestBefore = toJson(request, 'request') ?? '';
        offer('request', request);
      }
      sent.response = fromJson(host.state('response')) as ScriptResponse | undefined;
      if (sent.response !== undefined) {
        offer(
          'response',
          httpyacResponse(sent.response, () => host.state('responseBody') ?? ''),
        );
      }
      globals = (fromJson(host.state('globals')) ?? {}) as Record<string, unknown>;
      globalsBefore = texts(globals, '$global');
      offer('$global', globals);
      const wanted = fromJson(names) as string[];
      if (wanted.length === 0) return;
      const variables = (fromJson(host.state('variables')) ?? {}) as Readonly<Record<string, unknown>>;
      for (const name of wanted) if (!isOffered(name)) offer(name, variables[name]);
    },
    () => {
      tests.finish();
      for (const [name, text] of texts(exported, 'exports')) {
        // httpyac reads it as a sign; it is no variable.
        if (name === '$cancel') {
          if (exported[name] === true) host.report('skip', '');
        } else host.report('variable', name, text);
      }
      const globalsAfter = texts(globals, '$global');
      for (const [name, text] of globalsAfter) {
        if (globalsBefore.get(name) !== text) host.report('global', name, text);
      }
      for (const name of globalsBefore.keys()) if (!globalsAfter.has(name)) host.report('global', name);
      if (request !== null && toJson(request, 'request') !== requestBefore) changedRequest(host, request);
    },
  );
}

/** Each value as JSON. Functions, which httpyac lets pass from one script to another, are refused by name. */
function texts(values: Readonly<Record<string, unknown>>, title: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of namesOf(values)) {
    const value = values[name];
    if (typeof value === 'function') unsupported(`a function in ${title}.${name}`);
    const text = toJson(value, `${title}.${name}`);
    if (text !== undefined) found.set(name, text);
  }
  return found;
}
