import { l10n, type TextDocument, window } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { visible } from '../../base/visible.ts';
import { requireTrust } from '../profiles/trust.ts';
import { requestCommands } from '../requests/commands.ts';
import type { EditorServices } from '../services.ts';
import { type SecretReader, type SecretUse, secretUses } from './secretUses.ts';
import type { WrittenSecret } from './writtenSecret.ts';

export interface KeptSecret {
  /** The entry has to say that its client has a secret. */
  readonly marksClient: boolean;
  /** Tells the person what was done, once the file is changed. */
  told(saved: boolean): void;
}

/**
 * Stores a secret for every profile that these requests use it for; null when the person leaves another one in its
 * place. The file is not touched. Fails with `untrusted_workspace`, with `unsupported` where it has to stay in the file,
 * or like the store.
 */
export async function keepSecret(
  { files, clock, store, places, redactor, audit }: EditorServices,
  document: TextDocument,
  { kind, value, entry }: WrittenSecret,
  readers: readonly SecretReader[],
): Promise<KeptSecret | null> {
  requireTrust({ name: entry ?? kind, declaredIn: document.uri.toString() });
  const secret = value.trim();
  redactor.register(secret);
  const uses = await secretUses({ files, clock, processEnv: process.env }, readers, kind, value);
  if (uses.length === 0) {
    throw new KeyturnError(
      'unsupported',
      l10n.t("No request uses this secret, so Keyturn can't tell which origins to allow."),
      {
        hint: l10n.t(
          'Save the files, then write a request that uses it. Or remove the secret: Keyturn asks for it when it needs it.',
        ),
      },
    );
  }
  const marksClient = uses.some(({ forgetsSecret }) => forgetsSecret);
  if (marksClient && (entry === null || kind === 'password')) {
    throw new KeyturnError(
      'unsupported',
      l10n.t('The secret stays in the file: without it, the file would not say that the client has one.'),
      { hint: l10n.t('Declare the token in keyturn.json, which holds no secrets.') },
    );
  }
  if (!(await mayReplace(uses, secret))) return null;
  for (const { profile, key } of uses) {
    redactor.register(secret, `${kind.replaceAll('_', ' ')} of ${profile.name}`);
    await store.setSecret(key, secret);
    await places.secretStored(profile, kind);
    const told = { name: profile.name, accessToken: null };
    const [origin = null] = profile.origins;
    audit.record({
      ...tokenEvent('added', told, requestCommands.moveSecret),
      origin,
      detail: kind.replaceAll('_', ' '),
    });
  }
  return { marksClient, told: (saved) => tell(uses, saved) };

  async function mayReplace(wanted: readonly SecretUse[], written: string): Promise<boolean> {
    const others = await Promise.all(wanted.map(({ key }) => store.getSecret(key)));
    if (others.every((other) => other === null || other === written)) return true;
    const replace = l10n.t('Replace');
    const answer = await window.showWarningMessage(
      l10n.t('Replace the secret that is stored for "{0}"?', visible(wanted[0]?.profile.name ?? '')),
      {
        modal: true,
        detail: l10n.t('The stored secret differs from the one in the file. You cannot undo this.'),
      },
      replace,
    );
    return answer === replace;
  }
}

function tell(uses: readonly SecretUse[], saved: boolean): void {
  const origins = shownAddresses([...new Set(uses.flatMap(({ profile }) => profile.origins))]);
  const told = l10n.t(
    'Moved the secret to the secret storage, for requests to {0}. If you shared the file, other people may know the secret: replace it at its server.',
    origins,
  );
  void window.showInformationMessage(saved ? told : `${told} ${l10n.t('Save the file to finish.')}`);
}
