import { open, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemClock } from '../clock.ts';
import { KeyturnError } from '../errors.ts';
import type { BodySink, HttpClient } from '../http/message.ts';
import { loadEnvironments, type EnvironmentSet } from '../httpfile/environments.ts';
import { createEngine } from '../run/createEngine.ts';
import type { Engine } from '../run/engine.ts';
import { Lazy } from '../lazy.ts';
import type { Obtain } from '../oauth/obtain.ts';
import { createConsentStore } from '../token/consent.ts';
import type { KeyValueStore } from '../token/keyValue.ts';
import { createTokenManager } from '../token/manager.ts';
import type { PresetSecrets } from '../token/managerOptions.ts';
import { Redactor } from '../token/redactor.ts';
import type { SecretStore, TokenStore } from '../token/store.ts';
import type { TokenManager } from '../token/tokenManager.ts';
import { createTokenStore } from '../token/tokenStore.ts';
import { createUsageRecord } from '../token/usage.ts';
import { environmentSecrets } from './environmentTokens.ts';
import { KeychainSecretStore } from './keychainTokenStore.ts';
import { nodeFiles } from './nodeFiles.ts';
import { ProfileFolder } from './profileFolder.ts';
import { palette, printable, type Streams } from './streams.ts';

/** What one call of the command shares among its requests. */
export interface Session extends AsyncDisposable {
  readonly engine: Engine;
  readonly tokens: TokenManager;
  readonly store: TokenStore;
  readonly preset: PresetSecrets;
  readonly profiles: ProfileFolder;
  /** Variables of the chosen environment, as the file at `path` sees them. Read once for each folder. */
  environment(path: string): Promise<ReadonlyMap<string, string>>;
  readonly mask: (text: string) => string;
}

/** Five minutes, as in the editor. */
const leadMs = 5 * 60_000;

export async function openSession(
  streams: Streams,
  environmentName: string | null,
  signal: AbortSignal,
): Promise<Session> {
  const redactor = new Redactor();
  const paint = palette(streams.err, streams.env);
  const told = new Set<string>();
  const say = (message: string, hint?: string) => {
    if (told.has(message)) return;
    told.add(message);
    const text = hint === undefined ? message : `${message} ${hint}`;
    streams.err.write(`${paint.warn('note:')} ${printable(redactor.mask(text))}\n`);
  };

  // A name is not known where tokens are: the first token opens the keychain, the first request loads undici.
  const { createHttpClient } = await import('../http/client.ts');
  const { proxyFromEnvironment } = await import('../http/proxy.ts');
  const client = createHttpClient({ proxy: proxyFromEnvironment(streams.env), caCertificates: [] });
  const preset = environmentSecrets(streams.env, say);
  const keychain: SecretStore = new KeychainSecretStore({ env: streams.env, signal });
  const store = createTokenStore(keychain, (error) => say(error.message, error.hint));
  const values = forgetful();
  const tokens = createTokenManager({
    store,
    clock: systemClock,
    redactor,
    usage: createUsageRecord(values),
    leadMs: () => leadMs,
    obtain: lazyObtain(client, redactor),
    askSecret: () => Promise.resolve(null),
    preset,
    report: (error) => say(error.message, error.hint),
  });
  const profiles = new ProfileFolder(nodeFiles, tokens);
  const environments = new Map<string, Promise<EnvironmentSet>>();

  return {
    tokens,
    store,
    preset,
    profiles,
    mask: (text) => redactor.mask(text),
    engine: createEngine({
      files: nodeFiles,
      clock: systemClock,
      client,
      tokens,
      redactor,
      asker: { allowOrigin: () => Promise.resolve('refuse') },
      consent: createConsentStore(values),
      processEnv: streams.env,
      findProfile: (file, name, variables) => profiles.find(file, name, variables),
      openSink: (location) => Promise.resolve(fileSink(resolve(streams.cwd, location))),
    }),
    async environment(path) {
      const folder = dirname(path);
      let pending = environments.get(folder);
      if (pending === undefined) {
        pending = loadEnvironments(nodeFiles, path, { environments: {} });
        environments.set(folder, pending);
      }
      const set = await pending;
      for (const problem of set.problems) say(problem.message);
      if (environmentName !== null && !set.names.includes(environmentName)) {
        throw new KeyturnError(
          'environment_unknown',
          `There is no environment ${JSON.stringify(environmentName)}.`,
          {
            hint:
              set.names.length === 0
                ? 'No http-client.env.json was found.'
                : `There is ${set.names.join(', ')}.`,
          },
        );
      }
      return set.variables(environmentName);
    },
    async [Symbol.asyncDispose]() {
      tokens.dispose();
      await client.close();
    },
  };
}

/** OAuth is loaded when the first token has to be obtained. */
function lazyObtain(client: HttpClient, redactor: Redactor): Obtain {
  const loaded = new Lazy(async () => {
    const [{ createObtain }, { fetchThrough }] = await Promise.all([
      import('../oauth/obtain.ts'),
      import('../http/fetch.ts'),
    ]);
    return createObtain({
      fetch: fetchThrough(client),
      clock: systemClock,
      mask: (text) => redactor.mask(text),
    });
  });
  return async (profile, context) => (await loaded.get())(profile, context);
}

/** The command remembers no uses and no consents between its calls: it has nobody to ask. */
function forgetful(): KeyValueStore {
  const values = new Map<string, unknown>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}

/** A file that is created by the first byte, so that a request that fails leaves none. */
function fileSink(path: string): BodySink {
  let file: FileHandle | undefined;
  return {
    async write(chunk) {
      file ??= await open(path, 'w').catch((error: unknown) => {
        throw new KeyturnError('file_unreadable', `The file ${path} could not be written.`, { cause: error });
      });
      await file.writeFile(chunk);
    },
    async close() {
      await file?.close();
    },
  };
}
