import { grantOf } from '../../profile/grants/all.ts';
import { dirname } from 'node:path';
import { l10n, authentication, Uri } from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { AuditRecorder } from '../../base/auditEvent.ts';
import type { KeyValueStore } from '../../base/keyValue.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import { localSources } from '../../sources/all.ts';
import { createSourceConsent, type GrantConsent } from '../../consent/sources.ts';
import { createProcessRunner } from '../../node/processRunner.ts';
import type { RequestRunner } from '../../sources/request.ts';
import type { TokenSource } from '../../sources/source.ts';
import type { TokenManager } from '../../token/manager.ts';
import type { Log } from '../platform/log.ts';
import { createConsentAsker } from './consentAsker.ts';
import { editorAccountSource } from './editorAccount.ts';
import { WindowKeychain } from './keychain.ts';

export interface EditorSourceParts {
  readonly redactor: Redactor;
  readonly clock: Clock;
  /** Where permissions are kept. */
  readonly values: KeyValueStore;
  readonly log: Log;
  readonly audit: AuditRecorder;
  /** Sends requests of files that obtain tokens. */
  readonly requests: RequestRunner;
  /** Lets go of tokens whose account changed. */
  readonly release: TokenManager['release'];
}

/** The ways to get a token in this window that ask no server. */
export interface EditorSources {
  readonly all: readonly TokenSource[];
  readonly keychain: WindowKeychain;
  /** What the person allowed a keyturn.json to use. */
  readonly consent: GrantConsent;
  dispose(): void;
}

export function createEditorSources({
  redactor,
  clock,
  values,
  log,
  audit,
  requests,
  release,
}: EditorSourceParts): EditorSources {
  const keychain = new WindowKeychain();
  const consent = createSourceConsent({
    values,
    asker: createConsentAsker(),
    hint: () => l10n.t('Send the request again and allow it, if you know what it does.'),
    notKept: (error) => log.error(l10n.t('Permission'), error),
    audit,
  });
  const accounts = authentication.onDidChangeSessions(({ provider }) => {
    void release(
      ({ grant, options }) => grantOf(grant).needs.includes('provider') && options.provider === provider.id,
    );
  });
  return {
    all: [
      ...localSources({
        requests,
        env: process.env,
        runner: createProcessRunner(process.env),
        keychain,
        consent,
        clock,
        folderOf,
        mask: (text) => redactor.mask(text),
        register: (secret, label) => redactor.register(secret, label),
      }),
      editorAccountSource(consent),
    ],
    keychain,
    consent,
    dispose() {
      accounts.dispose();
      keychain.dispose();
    },
  };
}

/** Null in a virtual workspace, and for a folder of the remote side while this runs on the other. */
function folderOf(location: string): string | null {
  const uri = Uri.parse(location, true);
  return uri.scheme === 'file' ? dirname(uri.fsPath) : null;
}
