import { type ConfigurationScope, workspace } from 'vscode';
import * as v from 'valibot';
import { hostCertificatesSchema } from '../../httpfile/environments/hostCertificates.ts';
import { dialects } from '../../httpfile/parse/tree.ts';

const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(86_400));
const environments = v.record(v.string(), v.record(v.string(), v.string()));
/** httpyac takes other values too. */
const anyEnvironments = v.record(
  v.string(),
  v.record(v.string(), v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String))),
);

/**
 * Every setting that Keyturn reads, with what counts where a value is missing or not of its type. The defaults
 * here are those of package.json.
 */
const settings = {
  'keyturn.environments': v.fallback(environments, {}),
  'rest-client.environmentVariables': v.fallback(environments, {}),
  'rest-client.certificates': v.fallback(hostCertificatesSchema, {}),
  'httpyac.environmentVariables': v.fallback(anyEnvironments, {}),
  'keyturn.tokens.expiryLead': v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1440)), 5),
  'keyturn.tokens.groupBy': v.fallback(v.picklist(['environment', 'issuer']), 'environment'),
  'keyturn.tokens.notifyExpired': v.fallback(v.boolean(), true),
  'keyturn.tokens.introspectEvery': v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1440)), 0),
  'keyturn.signIn.redirect': v.fallback(v.picklist(['auto', 'loopback', 'editor']), 'auto'),
  'keyturn.audit.retention': v.fallback(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3650)), 90),
  'keyturn.tls.insecureHosts': v.fallback(v.array(v.string()), []),
  'keyturn.tls.caCertificates': v.fallback(v.array(v.string()), []),
  'keyturn.response.maxSize': v.fallback(v.pipe(v.number(), v.minValue(0.001), v.maxValue(1024)), 10),
  'keyturn.session.maxMemory': v.fallback(v.pipe(v.number(), v.minValue(1), v.maxValue(1024)), 64),
  'keyturn.scripts.timeout': v.fallback(v.pipe(v.number(), v.minValue(0.1), v.maxValue(600)), 5),
  'keyturn.scripts.maxMemory': v.fallback(v.pipe(v.number(), v.minValue(8), v.maxValue(1024)), 64),
  'keyturn.timeout.connect': v.fallback(seconds, 10),
  'keyturn.timeout.total': v.fallback(seconds, 300),
  'keyturn.dialect': v.fallback(v.picklist(['auto', ...dialects]), 'auto'),
  'keyturn.followRedirects': v.fallback(v.boolean(), true),
  'http.proxy': v.fallback(v.string(), ''),
  'http.noProxy': v.fallback(v.array(v.string()), []),
  'http.proxyAuthorization': v.fallback(v.nullable(v.string()), null),
  'http.proxySupport': v.fallback(v.string(), 'override'),
} as const;

export type SettingName = keyof typeof settings;
export type SettingValue<Name extends SettingName> = v.InferOutput<(typeof settings)[Name]>;

/** The setting's value at a place (a document, a folder), always of its type. */
export function readSetting<Name extends SettingName>(
  name: Name,
  scope?: ConfigurationScope,
): SettingValue<Name> {
  const value: unknown = workspace.getConfiguration(undefined, scope).get(name);
  return v.parse(settings[name], value);
}

/** A setting that is asked for often: read once, then again after it changed. */
export class WatchedSetting<Name extends SettingName> {
  readonly #name: Name;
  readonly #subscription: { dispose(): void };
  #value: SettingValue<Name> | undefined;

  constructor(name: Name) {
    this.#name = name;
    this.#subscription = onDidChangeSetting([name], () => {
      this.#value = undefined;
    });
  }

  get value(): SettingValue<Name> {
    this.#value ??= readSetting(this.#name);
    return this.#value;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}

/** Calls when one of the settings changes. */
export function onDidChangeSetting(names: readonly SettingName[], listener: () => void): { dispose(): void } {
  return workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(name))) listener();
  });
}
