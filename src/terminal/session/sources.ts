import { dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { environmentName, TOKEN_PREFIX } from '../../base/secretVariables.ts';
import type { KeychainSecretStore } from '../../keychain/keychainSecretStore.ts';
import type { AuditRecorder } from '../../base/auditEvent.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import { localSources } from '../../sources/all.ts';
import type { GrantConsent } from '../../consent/sources.ts';
import { createProcessRunner } from '../../node/processRunner.ts';
import type { RequestRunner } from '../../sources/request.ts';
import type { TokenSource } from '../../sources/source.ts';
import { createTerminalConsent } from '../ask/sourceConsent.ts';
import type { Streams } from '../output/streams.ts';

export interface TerminalSourceParts {
  readonly streams: Streams;
  readonly keychain: KeychainSecretStore;
  readonly redactor: Redactor;
  readonly clock: Clock;
  /** Tells the person what did not stop anything. */
  readonly say: (message: string, hint?: string) => void;
  readonly audit: AuditRecorder;
  /** Sends requests of files that obtain tokens. */
  readonly requests: RequestRunner;
}

/** Token sources of the command that ask no server, and the person's permissions for them. */
export function createTerminalSources(parts: TerminalSourceParts): {
  readonly sources: TokenSource[];
  readonly consent: GrantConsent;
} {
  const { streams, keychain, redactor, clock, say, audit, requests } = parts;
  const consent = createTerminalConsent(streams, keychain, say, audit);
  const sources: TokenSource[] = [
    ...localSources({
      requests,
      env: streams.env,
      runner: createProcessRunner(streams.env),
      keychain,
      consent,
      clock,
      folderOf: dirname,
      mask: (text) => redactor.mask(text),
      register: (secret, label) => redactor.register(secret, label),
    }),
    { grant: 'editor_account', obtain: (profile) => Promise.reject(noAccounts(profile)) },
  ];
  return { sources, consent };
}

/** A token of REST Client's $aadToken family has an account's where the file names no application. */
function noAccounts({ name, declaredIn }: TokenProfile): KeyturnError {
  const ofFile = /\.(?:http|rest)$/i.test(declaredIn ?? '');
  return new KeyturnError(
    'unsupported',
    `Token "${name}" comes from an account of the editor. The command has no access to it.`,
    {
      hint: ofFile
        ? 'Register an application at Microsoft that allows public client flows, and set the variable aadV2ClientId to its id.'
        : `Choose "Keyturn: Share Token with 'keyturn' Command" in the editor, or set ${TOKEN_PREFIX}${environmentName(name)}.`,
      data: { token: name },
    },
  );
}
