import { open, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import { createHttpClient } from '../../http/client.ts';
import type { BodySink, HttpClient } from '../../http/message.ts';
import { proxyFromEnvironment } from '../../http/proxy.ts';
import { loadEnvironments, type EnvironmentSet } from '../../httpfile/environments/environments.ts';
import { createEngine } from '../../run/createEngine.ts';
import type { Engine } from '../../run/engine.ts';
import type { ScriptLine } from '../../run/scripts/scriptParts.ts';
import type { RequestRunner } from '../../sources/request.ts';
import { defaultRunOptions } from './defaultRunOptions.ts';
import { Lazy } from '../../base/lazy.ts';
import type { ApiSignIn } from '../../oauth/apiSignIn.ts';
import type { FindReceivers } from '../../oauth/receivers/receivers.ts';
import type { Obtain, ObtainOptions } from '../../oauth/obtain.ts';
import type { Search } from '../../base/nearestFile.ts';
import { privateFiles } from '../../node/privateFiles.ts';
import type { AuditRecorder } from '../../base/auditEvent.ts';
import type { ApiCertificates } from '../../oauth/client/boundCertificate.ts';
import { createConsentStore } from '../../consent/origins.ts';
import type { DpopProver } from '../../oauth/client/provenRequest.ts';
import { createFileLease } from '../../node/fileLease.ts';
import { KeptSecrets } from '../../token/keptSecrets.ts';
import type { KeyValueStore } from '../../base/keyValue.ts';
import { ForeignTokens } from '../../foreign/foreignTokens.ts';
import { createTokenManager } from '../../token/createManager.ts';
import type { PresetSecrets } from '../../token/managerOptions.ts';
import type { TokenInspector } from '../../oauth/verify/inspection.ts';
import { TokenInspections } from '../../oauth/verify/inspections.ts';
import { InspectionSecrets } from '../../oauth/verify/inspectionSecrets.ts';
import { Redactor } from '../../redaction/redactor.ts';
import type { SignIn } from '../../token/signIn.ts';
import type { TokenStore } from '../../token/store.ts';
import type { TokenManager } from '../../token/manager.ts';
import { createTokenStore } from '../../token/tokenStore.ts';
import { createUsageRecord } from '../../token/usage.ts';
import { openAudit } from './audit.ts';
import { AUTHORITY_HINT } from './authorities.ts';
import { didYouMean } from '../didYouMean.ts';
import { environmentSecrets } from './environmentTokens.ts';
import { KeychainSecretStore } from '../../keychain/keychainSecretStore.ts';
import { visible } from '../../base/visible.ts';
import { createNodeFiles } from './nodeFiles.ts';
import { ProfileFolder } from './profileFolder.ts';
import { createCertificateSource } from '../ask/certificateSource.ts';
import { responseFiles } from './responseFiles.ts';
import { createSecretAsker } from '../ask/secretAsker.ts';
import { createSendAsker } from '../ask/sendConsent.ts';
import { createValueAsker } from '../ask/valueAsker.ts';
import { stateFolder } from './stateFolder.ts';
import type { TerminalSourceParts } from './sources.ts';
import { palette, type Streams } from '../output/streams.ts';

/** What one call of the command shares among its requests. */
export interface Session extends AsyncDisposable {
  readonly engine: Engine;
  readonly files: Files;
  readonly tokens: TokenManager;
  readonly inspections: TokenInspections;
  readonly store: TokenStore;
  readonly preset: PresetSecrets;
  readonly findReceivers: FindReceivers;
  readonly client: HttpClient;
  apiSignIn(): Promise<ApiSignIn>;
  readonly profiles: ProfileFolder;
  /** Variables of the chosen environment, as the file at `path` sees them. Read once for each folder. */
  environment(path: string): Promise<ReadonlyMap<string, string>>;
  readonly mask: (text: string) => string;
  readonly audit: AuditRecorder;
}

/** Five minutes, as in the editor. */
const leadMs = 5 * 60_000;

export interface SessionLimits extends Pick<Search, 'trusted' | 'timeoutMs'> {
  /** Hosts whose certificate is not verified, see `RunOptions`. */
  readonly insecureHosts?: readonly string[];
  /** In PEM, trusted too. */
  readonly caCertificates?: readonly string[];
}

export function openSession(
  streams: Streams,
  environmentName: string | null,
  signal: AbortSignal,
  signIn: SignIn | null = null,
  /** Allowed origins of this call alone. */
  allowedOrigins: readonly string[] = [],
  { caCertificates = [], insecureHosts = [], ...reading }: SessionLimits = { trusted: true },
): Session {
  const redactor = new Redactor();
  const paint = palette(streams.err, streams.env);
  const told = new Set<string>();
  const say = (message: string, hint?: string) => {
    if (told.has(message)) return;
    told.add(message);
    const text = hint === undefined ? message : `${message} ${hint}`;
    streams.err.write(`${paint.warn('note:')} ${visible(redactor.mask(text))}\n`);
  };

  const client = createHttpClient({
    proxy: proxyFromEnvironment(streams.env),
    caCertificates,
    trust: { hint: AUTHORITY_HINT },
    report: (fault) => say(fault.message, fault.hint),
  });
  const files = createNodeFiles((reason) => say(reason.message, reason.hint));
  const search: Search = { ...reading, signal };
  const foreignTokens = new ForeignTokens(redactor, environmentSecrets(streams.env, say));
  const preset: PresetSecrets = foreignTokens;
  // After Ctrl+C the command waits for the keychain only until a rotated refresh token is stored.
  const closing = new AbortController();
  const keychain = new KeychainSecretStore({ env: streams.env, signal: closing.signal });
  const store = createTokenStore(keychain, (error) => say(error.message, error.hint));
  const keptSecrets = new KeptSecrets(store, redactor);
  const values = forgetful();
  // The log alone is no reason to open a keychain, which may be locked: without it there are no fingerprints.
  const audit = openAudit(streams.env, {
    mask: (text) => redactor.mask(text),
    secrets: () => (keychain.isOpen ? keychain : null),
    report: (error) => say(error.message, error.hint),
  });
  const findReceivers: FindReceivers = async (profile, kind) => (await oauth.get()).receivers(profile, kind);
  const askSecret = createSecretAsker(streams, signal, findReceivers);
  const requests: RequestRunner = {
    async run(request, how) {
      const { createRequestRunner } = await import('../../run/session/requestRunner.ts');
      const runner = createRequestRunner({
        files,
        clock: systemClock,
        engine: () => Promise.resolve(engine),
        variables: async (profile, file) => profiles.variablesOf(profile) ?? environment(file),
        options: () => ({ ...defaultRunOptions, trusted: reading.trusted, insecureHosts }),
      });
      return runner.run(request, how);
    },
  };
  const oauth = lazyOAuth(
    client,
    { streams, keychain, redactor, clock: systemClock, say, audit, requests },
    new InspectionSecrets({ store, redactor, preset, askSecret }),
  );
  const tokens = createTokenManager({
    store,
    clock: systemClock,
    redactor,
    keptSecrets,
    usage: createUsageRecord(values),
    leadMs: () => leadMs,
    obtain: async (profile, context) => (await oauth.get()).obtain(profile, context),
    askSecret,
    ...(signIn === null ? {} : { signIn: () => signIn }),
    findProfile: async (name, from) =>
      foreignTokens.subjectOf(from, name) ?? profiles.findBeside(from, name, environment),
    preset,
    lease: createFileLease(join(stateFolder(streams.env), 'leases')),
    audit,
    report: (error) => say(error.message, error.hint),
  });
  const inspector = async () => (await oauth.get()).inspector;
  const inspections = new TokenInspections({ inspector, tokens, store, redactor, audit });
  const close = () => void tokens.finished().then(() => closing.abort());
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  const profiles = new ProfileFolder(files, search, tokens, environmentName);
  const loaded = new Map<string, Promise<EnvironmentSet>>();
  const environments = async (path: string): Promise<EnvironmentSet> => {
    const folder = dirname(path);
    let pending = loaded.get(folder);
    if (pending === undefined) {
      pending = loadEnvironments(files, path, { environments: {} }, search);
      loaded.set(folder, pending);
    }
    const set = await pending;
    for (const { severity, code, message, file } of set.problems) {
      if (severity === 'error') say(message);
      else if (code === 'setting_ignored') say(`${basename(file)}: ${message}`);
    }
    if (environmentName !== null && !set.names.includes(environmentName)) {
      throw new KeyturnError(
        'environment_unknown',
        `There is no environment ${JSON.stringify(environmentName)}.`,
        {
          hint: environmentHint(environmentName, set.names),
        },
      );
    }
    return set;
  };
  const environment = async (path: string) => (await environments(path)).variables(environmentName);
  const scripts = new Lazy(async () => {
    const { ScriptRunner } = await import('../../script/runner.ts');
    return new ScriptRunner();
  });
  /** Clients of sign-ins that failed, which their servers are asked to delete before the command ends. */
  const unregistering: Promise<boolean>[] = [];

  const engine = createEngine({
    files,
    clock: systemClock,
    client,
    tokens,
    redactor,
    dpop: lazyDpopProver(keptSecrets),
    certificates: { of: async (carried) => (await oauth.get()).certificates.of(carried) },
    audit,
    asker: {
      confirmSend: createSendAsker(streams, signal),
      value: createValueAsker(streams, signal),
      allowOrigin: ({ origin }) => Promise.resolve(allowedOrigins.includes(origin) ? 'once' : 'refuse'),
      sendUnverified: () => Promise.resolve(false),
    },
    certificateSource: createCertificateSource(streams, signal, store),
    consent: createConsentStore(values),
    processEnv: streams.env,
    findProfile: (file, name, variables) => profiles.find(file, name, variables),
    foreign: {
      tokens: foreignTokens,
      authEntry: async (file, id) => (await environments(file)).authEntry(environmentName, id),
    },
    scripts: {
      runner: () => scripts.get(),
      log: (line) => streams.err.write(`${scriptLine(line)}\n`),
    },
    openSink: (location) => Promise.resolve(fileSink(resolve(streams.cwd, location))),
    responseFiles,
  });

  return {
    files,
    tokens,
    inspections,
    store,
    preset,
    findReceivers,
    client,
    async apiSignIn() {
      const { apiSignIn } = await oauth.get();
      return {
        ...apiSignIn,
        unregister(client) {
          const leaving = apiSignIn.unregister(client);
          unregistering.push(leaving);
          return leaving;
        },
      };
    },
    profiles,
    mask: (text) => redactor.mask(text),
    audit,
    engine,
    environment,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', close);
      await tokens.finished();
      tokens.dispose();
      await audit.dispose();
      await Promise.all(unregistering);
      (await scripts.made)?.dispose();
      await client.close();
    },
  };
}

/** `api.http:12: text`, as a script wrote it. */
function scriptLine({ file, line, text }: ScriptLine): string {
  return `${visible(basename(file))}:${line + 1}: ${visible(text)}`;
}

function environmentHint(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'Keyturn found no http-client.env.json here or in a folder above.';
  const near = didYouMean(name, known);
  return near === null ? `The environments are ${known.join(', ')}.` : `Did you mean \`--env ${near}\`?`;
}

/** OAuth is loaded when the first token has to be obtained or looked at. */
function lazyOAuth(
  client: HttpClient,
  parts: TerminalSourceParts,
  secrets: InspectionSecrets,
): Lazy<{
  readonly obtain: Obtain;
  readonly inspector: TokenInspector;
  readonly certificates: ApiCertificates;
  readonly receivers: FindReceivers;
  readonly apiSignIn: ApiSignIn;
}> {
  return new Lazy(async () => {
    const [
      { createGrantTools, createObtain },
      { createInspector },
      { createApiCertificates },
      { secretReceivers },
      { createApiSignIn },
      { fetchThrough },
      { createTerminalSources },
    ] = await Promise.all([
      import('../../oauth/obtain.ts'),
      import('../../oauth/verify/inspector.ts'),
      import('../../oauth/client/apiCertificates.ts'),
      import('../../oauth/receivers/receivers.ts'),
      import('../../oauth/apiSignIn.ts'),
      import('../../http/fetch.ts'),
      import('./sources.ts'),
    ]);
    const { redactor } = parts;
    const { sources, consent } = createTerminalSources(parts);
    const options: ObtainOptions = {
      fetch: fetchThrough(client),
      fetchAs: (clientCertificate) => fetchThrough(client, { clientCertificate }),
      locate: (url) => client.locate(url),
      files: privateFiles,
      consent,
      clock: systemClock,
      mask: (text) => redactor.mask(text),
      register: (secret, label, near) => redactor.registerGiven(secret, label, near),
      sources,
    };
    const tools = createGrantTools(options);
    return {
      obtain: createObtain(options, tools),
      inspector: createInspector(tools, secrets),
      certificates: createApiCertificates(tools, secrets),
      receivers: (profile, kind) => secretReceivers(profile, kind, tools),
      apiSignIn: createApiSignIn(tools),
    };
  });
}

/** Few tokens are bound to a key. */
function lazyDpopProver(keptSecrets: KeptSecrets): DpopProver {
  const loaded = new Lazy(async () =>
    (await import('../../oauth/client/dpopProver.ts')).createDpopProver(keptSecrets),
  );
  return { proof: async (request) => (await loaded.get()).proof(request) };
}

/** The command keeps no uses and no permissions for origins between its calls. */
function forgetful(): KeyValueStore {
  const values = new Map<string, unknown>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
    keys: () => Promise.resolve([...values.keys()]),
  };
}

/** A file that is created by the first byte, so that a request that fails leaves none. */
function fileSink(path: string): BodySink {
  let file: FileHandle | undefined;
  return {
    async write(chunk) {
      file ??= await open(path, 'w', 0o600).catch((error: unknown) => {
        throw new KeyturnError('file_unreadable', `Keyturn couldn't write ${path}.`, { cause: error });
      });
      await file.writeFile(chunk);
    },
    async close() {
      await file?.close();
    },
  };
}
