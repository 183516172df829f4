import { KeyturnError } from '../../src/base/errors.ts';
import type { BodySink, HttpClient } from '../../src/http/message.ts';
import { createHttpClient } from '../../src/http/client.ts';
import type { Dialect } from '../../src/httpfile/parse/tree.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { createDpopProver } from '../../src/oauth/client/dpopProver.ts';
import type { CertificateSource } from '../../src/run/hostCertificate.ts';
import { createEngine } from '../../src/run/createEngine.ts';
import type { Asker, Engine, RunOptions } from '../../src/run/engine.ts';
import type { ResponseFiles } from '../../src/run/responseFiles.ts';
import type { RequestResult } from '../../src/run/result.ts';
import type { ScriptParts } from '../../src/run/scripts/scriptParts.ts';
import type { AuditRecorder } from '../../src/base/auditEvent.ts';
import type { ApiCertificates } from '../../src/oauth/client/boundCertificate.ts';
import { createConsentStore } from '../../src/consent/origins.ts';
import type { TokenManagerOptions } from '../../src/token/managerOptions.ts';
import type { TokenProfile } from '../../src/profile/profile.ts';
import { memoryFiles } from '../httpfile/memoryFiles.ts';
import { onCleanup } from '../http/support.ts';
import { harness, memoryValues } from '../token/support.ts';

export const runOptions: RunOptions = {
  followRedirects: true,
  connectTimeoutMs: 5_000,
  totalTimeoutMs: 30_000,
  maxBodyBytes: 1_000_000,
  insecureHosts: [],
  trusted: true,
  saveBodyTo: null,
};

/** Keeps what is written, and how often it was opened and closed. */
export class MemorySink implements BodySink {
  opened = 0;
  closed = 0;
  text = '';

  write(chunk: Uint8Array): Promise<void> {
    if (this.closed > 0) return Promise.reject(new Error('written after it was closed'));
    this.text += Buffer.from(chunk).toString('utf8');
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

export interface EngineSetup {
  readonly profiles: readonly TokenProfile[];
  readonly manager?: Partial<TokenManagerOptions>;
  readonly allowOrigin?: Asker['allowOrigin'];
  readonly confirmSend?: Asker['confirmSend'];
  readonly sendUnverified?: Asker['sendUnverified'];
  readonly value?: Asker['value'];
  readonly client?: HttpClient;
  readonly audit?: AuditRecorder;
  readonly certificates?: ApiCertificates;
  readonly scripts?: ScriptParts;
  readonly processEnv?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
  readonly certificateSource?: CertificateSource;
  readonly responseFiles?: ResponseFiles;
}

export interface RunChanges {
  readonly options?: Partial<RunOptions>;
  readonly tokenName?: string;
  readonly confirmed?: boolean;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly dialect?: Dialect;
  readonly answers?: Map<string, Promise<string>>;
  readonly signal?: AbortSignal;
  /** Which of the requests in the text. */
  readonly at?: number;
}

/** The whole engine over a real client and a real manager, with its tokens in memory. */
/** Of the requests of most tests none has a client certificate. */
export const noCertificates: ApiCertificates = {
  of: () => Promise.reject(new Error('No certificate is expected here.')),
};

export function engineOver({
  profiles,
  manager,
  allowOrigin,
  confirmSend,
  sendUnverified,
  value,
  client,
  audit,
  certificates = noCertificates,
  scripts,
  processEnv = {},
  files = {},
  certificateSource,
  responseFiles,
}: EngineSetup) {
  const held = harness(manager);
  const { tokens, redactor, clock, keptSecrets } = { ...held.options, tokens: held.manager };
  const sink = new MemorySink();
  const http = client ?? createHttpClient({ proxy: null, caCertificates: [] });
  const engine: Engine = createEngine({
    files: memoryFiles(files),
    clock,
    client: http,
    tokens,
    redactor,
    dpop: createDpopProver(keptSecrets),
    certificates,
    ...(audit === undefined ? {} : { audit }),
    ...(scripts === undefined ? {} : { scripts }),
    ...(certificateSource === undefined ? {} : { certificateSource }),
    ...(responseFiles === undefined ? {} : { responseFiles }),
    asker: {
      allowOrigin: allowOrigin ?? (() => Promise.resolve('refuse')),
      confirmSend: confirmSend ?? (() => Promise.resolve(false)),
      sendUnverified: sendUnverified ?? (() => Promise.resolve(false)),
      value: value ?? (() => Promise.resolve(null)),
    },
    consent: createConsentStore(memoryValues()),
    processEnv,
    findProfile(_file, name) {
      const found = profiles.find((profile) => profile.name === name);
      return found === undefined
        ? Promise.reject(new KeyturnError('profile_unknown', 'There is no such token.'))
        : Promise.resolve(found);
    },
    openSink() {
      sink.opened++;
      return Promise.resolve(sink);
    },
  });
  onCleanup(() => http.close());
  onCleanup(() => tokens.dispose());
  const run = (
    text: string,
    {
      options,
      tokenName,
      signal,
      confirmed = false,
      at = 0,
      overrides = {},
      dialect,
      answers,
    }: RunChanges = {},
  ): Promise<RequestResult> => {
    const tree = parseHttpFile(text, dialect === undefined ? {} : { dialect });
    const node = tree.requests[at];
    if (node === undefined) throw new Error('no such request in the text');
    const input = {
      file: '/w/a.http',
      tree,
      node,
      environment: new Map<string, string>(),
      overrides,
      ...(answers && { answers }),
      tokenName: tokenName ?? null,
      confirmed,
      options: { ...runOptions, ...options },
    };
    return engine.run(input, signal);
  };
  return { ...held, engine, run, sink };
}
