import { isAbsolute } from 'node:path';
import { l10n } from 'vscode';
import { asKeyturnError, KeyturnError } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { AddressSpace } from '../http/addressSpace.ts';
import { fileLimits } from '../base/files.ts';
import { createHttpClient, type HttpClientOptions } from '../http/client.ts';
import { fetchThrough } from '../http/fetch.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../http/message.ts';
import { PROXY_SETTING, proxyFromEnvironment, type ProxySettings } from '../http/proxy.ts';
import type { PersonalTrust } from '../http/trust.ts';
import { createApiCertificates } from '../oauth/client/apiCertificates.ts';
import { type ApiSignIn, createApiSignIn } from '../oauth/apiSignIn.ts';
import { createGrantTools, createObtain, type Obtain, type ObtainOptions } from '../oauth/obtain.ts';
import { createInspector } from '../oauth/verify/inspector.ts';
import { type FindReceivers, secretReceivers } from '../oauth/receivers/receivers.ts';
import { privateFiles } from '../node/privateFiles.ts';
import type { ApiCertificates } from '../oauth/client/boundCertificate.ts';
import type { KeyValueStore } from '../base/keyValue.ts';
import type { TokenInspector } from '../oauth/verify/inspection.ts';
import { InspectionSecrets, type InspectionSecretOptions } from '../oauth/verify/inspectionSecrets.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { TrustedCertificates } from '../consent/trustedCertificates.ts';
import type { Log } from './platform/log.ts';
import { showError } from './platform/messages.ts';
import { onDidChangeSetting, readSetting } from './platform/settings.ts';
import { withSignInProgress } from './signIn/signInProgress.ts';
import type { EditorSources } from './sources/sources.ts';

/** What talks to servers: requests, grants and inspections share their connections. */
export interface Network {
  readonly client: HttpClient;
  readonly obtain: Obtain;
  readonly inspector: TokenInspector;
  readonly apiSignIn: ApiSignIn;
  readonly receivers: FindReceivers;
  readonly certificates: ApiCertificates;
  readonly sources: EditorSources;
  /** Requests that begin from now on open new connections. */
  closeConnections(): void;
}

export function createNetwork(
  redactor: Redactor,
  clock: Clock,
  sources: EditorSources,
  secretOptions: InspectionSecretOptions,
  log: Log,
  values: KeyValueStore,
): Network {
  const mask = (text: string) => redactor.mask(text);
  const client = new SettingsClient({
    report: onceEach((fault) => showError({ log, redactor }, l10n.t('Proxy'), fault)),
    trust: personalTrust(values),
  });
  const options: ObtainOptions = {
    fetch: fetchThrough(client),
    fetchAs: (clientCertificate) => fetchThrough(client, { clientCertificate }),
    locate: (url) => client.locate(url),
    files: privateFiles,
    consent: sources.consent,
    clock,
    mask,
    register: (secret, label, near) => redactor.registerGiven(secret, label, near),
    sources: sources.all,
  };
  const tools = createGrantTools(options);
  const obtain = createObtain(options, tools);
  const secrets = new InspectionSecrets(secretOptions);
  return {
    client,
    closeConnections: () => client.retire(),
    sources,
    inspector: createInspector(tools, secrets),
    certificates: createApiCertificates(tools, secrets),
    apiSignIn: createApiSignIn(tools),
    receivers: (profile, kind) => secretReceivers(profile, kind, tools),
    obtain: (profile, context) => withSignInProgress(profile, context, (watched) => obtain(profile, watched)),
  };
}

interface Generation {
  readonly client: Promise<HttpClient>;
  running: number;
  outdated: boolean;
}

/** A client that follows the settings: after a change of proxy or certificates, new requests use new connections. */
class SettingsClient implements HttpClient {
  readonly #subscription: { dispose(): void };
  readonly #parts: ClientParts;
  #current: Generation | null = null;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.#subscription = onDidChangeSetting(
      [
        'http.proxy',
        'http.noProxy',
        'http.proxyAuthorization',
        'http.proxySupport',
        'keyturn.tls.caCertificates',
      ],
      () => this.retire(),
    );
  }

  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
    return this.#with((client) => client.send(request, signal));
  }

  locate(url: URL): Promise<AddressSpace> {
    return this.#with((client) => client.locate(url));
  }

  async #with<Result>(use: (client: HttpClient) => Promise<Result>): Promise<Result> {
    const generation = (this.#current ??= {
      client: createClient(this.#parts),
      running: 0,
      outdated: false,
    });
    generation.running++;
    try {
      return await use(await generation.client);
    } catch (error) {
      // A certificate file may be there next time.
      if (KeyturnError.is(error, 'file_unreadable') && this.#current === generation) this.#current = null;
      throw error;
    } finally {
      generation.running--;
      if (generation.outdated) closeIfIdle(generation);
    }
  }

  async close(): Promise<void> {
    this.#subscription.dispose();
    await (await this.#current?.client)?.close();
  }

  retire(): void {
    const old = this.#current;
    this.#current = null;
    if (old === null) return;
    old.outdated = true;
    closeIfIdle(old);
  }
}

function closeIfIdle({ client, running }: Generation): void {
  if (running > 0) return;
  client.then(
    (open) => open.close(),
    () => undefined,
  );
}

/** The settings are read again after each change, and what is wrong with them may still be the same. */
function onceEach(report: (fault: KeyturnError) => void): (fault: KeyturnError) => void {
  const told = new Set<string>();
  return (fault) => {
    if (told.has(fault.message)) return;
    told.add(fault.message);
    report(fault);
  };
}

type ClientParts = Required<Pick<HttpClientOptions, 'report' | 'trust'>>;

function personalTrust(values: KeyValueStore): PersonalTrust {
  const certificates = new TrustedCertificates(values);
  return {
    accepts: (host, sha256) => certificates.accepts(host, sha256),
    hint: l10n.t(
      'If you trust it, choose Trust This Certificate…, or name its issuer in keyturn.tls.caCertificates.',
    ),
  };
}

async function createClient(parts: ClientParts): Promise<HttpClient> {
  const paths = readSetting('keyturn.tls.caCertificates');
  return createHttpClient({
    proxy: proxySettings(),
    caCertificates: await Promise.all(paths.map(readCertificate)),
    ...parts,
  });
}

/** The editor's own proxy settings, else those of the environment. */
function proxySettings(): ProxySettings | null {
  if (readSetting('http.proxySupport') === 'off') return null;
  const proxy = readSetting('http.proxy');
  const authorization = readSetting('http.proxyAuthorization');
  const noProxy = readSetting('http.noProxy');
  const settings =
    proxy === ''
      ? proxyFromEnvironment(process.env)
      : {
          httpProxy: proxy,
          httpsProxy: proxy,
          namedBy: { http: PROXY_SETTING, https: PROXY_SETTING },
          noProxy: [],
        };
  if (settings === null) return null;
  return {
    ...settings,
    noProxy: [...settings.noProxy, ...noProxy],
    ...(authorization === null ? {} : { authorization }),
  };
}

/** By its whole path: a file of the workspace would decide which servers get tokens. */
async function readCertificate(path: string): Promise<string> {
  const hint = l10n.t('Correct the setting keyturn.tls.caCertificates.');
  if (!isAbsolute(path)) {
    throw new KeyturnError(
      'file_unreadable',
      l10n.t('The certificate file {0} needs an absolute path.', path),
      {
        hint,
      },
    );
  }
  try {
    return await privateFiles.readText(path, fileLimits.certificates);
  } catch (error) {
    const { message } = asKeyturnError(error);
    throw new KeyturnError('file_unreadable', message, {
      cause: error,
      hint,
    });
  }
}
