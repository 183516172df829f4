import { signsIn } from '../../profile/grants/all.ts';
import { l10n, window } from 'vscode';
import { tokenEvent } from '../../base/auditEvent.ts';
import { secretKey, tokenKey } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import type { Token } from '../../token/token.ts';
import { visible } from '../../base/visible.ts';
import { tokenCommands } from './commands.ts';
import { withCancellableProgress } from '../platform/messages.ts';
import { openProfile } from '../profiles/profileActions.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../services.ts';
import { SecretClipboard } from './clipboard.ts';
import { type EntryPickParts, pickEntry, pickNode, type UsableNode } from './entryPick.ts';
import type { CapturedNode } from './tree/captured.ts';
import { usesClientSecret } from './tree/model.ts';
import { changedToken, originChange } from './personal.ts';
import { askName, askOrigins, askSecret } from './prompts.ts';
import { workspaceOrigins } from './workspaceOrigins.ts';
import { registerTokenValue } from '../../token/registerToken.ts';
import { hasAccessToken } from '../../token/manager.ts';

const SAID_MS = 5000;
const noneHeld = () => l10n.t('There is no token to export yet. Add or refresh one first.');

/** What a person does with one token; each takes the argument of its command. */
export class TokenActions {
  readonly #services: EditorServices;
  readonly #pick: EntryPickParts;
  readonly #clipboard: SecretClipboard;

  constructor(services: EditorServices, pick: EntryPickParts) {
    this.#services = services;
    this.#pick = pick;
    this.#clipboard = new SecretClipboard(services.clock);
  }

  async copy(argument: unknown): Promise<void> {
    const node = await pickEntry(this.#pick, argument, {
      placeHolder: l10n.t('Copy which token?'),
      none: noneHeld(),
      fits: ({ entry }) => hasAccessToken(entry),
    });
    const token = node?.entry.token ?? null;
    if (node === null || token === null) return;
    registerTokenValue(this.#services.redactor, node.entry.profile, token.accessToken);
    await this.#clipboard.copy(token.accessToken, node.name);
    this.#services.audit.record(tokenEvent('copied', token, tokenCommands.copy));
  }

  async copyCaptured({ name, token: { value } }: CapturedNode): Promise<void> {
    await this.#clipboard.copy(value, name);
    this.#services.audit.record(tokenEvent('copied', { name, accessToken: value }, tokenCommands.copyValue));
  }

  async delete(argument: unknown): Promise<void> {
    const node = await this.#pickHeld(argument, l10n.t('Delete which token?'));
    if (node === null) return;
    const { store } = this.#services;
    const { profile } = node.entry;
    const clientSecret = usesClientSecret(profile) ? secretKey('client_secret', profile) : null;
    const hasSecret = clientSecret !== null && (await store.getSecret(clientSecret)) !== null;
    const only = l10n.t('Delete Token');
    const both = l10n.t('Delete Token and Client Secret');
    const chosen = await window.showWarningMessage(
      l10n.t('Delete the token "{0}"?', visible(node.name)),
      {
        modal: true,
        detail:
          node.declaredIn === null
            ? l10n.t('You cannot undo this.')
            : l10n.t('Its profile stays in keyturn.json, so that you can obtain or add a token again.'),
      },
      ...(hasSecret ? [only, both] : [only]),
    );
    if (chosen === undefined) return;
    const { token } = node.entry;
    await store.delete(node.entry.key);
    await this.#services.consent.forget(node.entry.key);
    // One that the store never had is let go of; its source has it still.
    await this.#services.tokens.release((other) => tokenKey(other) === node.entry.key);
    const gone = { name: node.name, accessToken: token?.accessToken ?? null };
    this.#services.audit.record(tokenEvent('deleted', gone, tokenCommands.delete));
    if (chosen === both && clientSecret !== null) {
      await store.deleteSecret(clientSecret);
      await this.#services.consent.forget(clientSecret);
    }
  }

  async rename(argument: unknown): Promise<void> {
    const node = await pickEntry(this.#pick, argument, {
      placeHolder: l10n.t('Rename which token?'),
      none: l10n.t('You can rename only pasted tokens here. Rename others in their keyturn.json.'),
      fits: ({ entry, declaredIn }) => declaredIn === null && entry.token !== null,
    });
    const token = node?.entry.token ?? null;
    const personal = token?.personal ?? null;
    if (node === null || token === null || personal === null) return;
    const taken = await this.#takenNames();
    taken.delete(node.name);
    const name = await askName(l10n.t('Rename Token'), node.name, taken);
    if (name === null || name === node.name) return;
    const renamed = changedToken(token, name, personal);
    await this.#replace(token, renamed);
    const { consent, audit } = this.#services;
    audit.record({
      ...tokenEvent('renamed', renamed, tokenCommands.rename),
      detail: `was ${node.name}`,
    });
    // The same token, which goes to the same origins.
    for (const origin of await consent.allowed(token.key)) await consent.remember(renamed.key, origin, null);
    await consent.forget(token.key);
  }

  async editOrigins(argument: unknown): Promise<void> {
    const node = await pickEntry(this.#pick, argument, {
      placeHolder: l10n.t('Edit the origins of which token?'),
      none: l10n.t('There is no token yet. Add one first.'),
      fits: () => true,
    });
    if (node === null) return;
    const token = node.entry.token;
    if (node.declaredIn !== null) {
      await openProfile(node.declaredIn, node.name);
      return;
    }
    const personal = token?.personal ?? null;
    if (token === null || personal === null) return;
    const origins = await askOrigins(
      l10n.t('Allowed origins of the token "{0}"', node.name),
      personal.origins,
      await workspaceOrigins(this.#services),
    );
    if (origins === null) return;
    const changed = changedToken(token, token.name, { ...personal, origins });
    if (changed.key === token.key) return;
    await this.#replace(token, changed);
    const { consent, audit } = this.#services;
    audit.record({
      ...tokenEvent('origins_changed', changed, tokenCommands.editOrigins),
      detail: originChange(personal.origins, origins),
    });
    // What was allowed beyond the origins before is asked about again.
    await consent.forget(token.key);
  }

  async refresh(argument: unknown): Promise<void> {
    const node = await pickEntry(this.#pick, argument, {
      placeHolder: l10n.t('Refresh which token?'),
      none: l10n.t('Keyturn cannot refresh this token: only tokens with an OAuth grant can be refreshed.'),
      fits: ({ entry }) => entry.canRefresh || entry.needsSignIn,
    });
    if (node === null) return;
    const { profile, needsSignIn } = node.entry;
    if (needsSignIn) {
      await this.#signIn(profile);
      return;
    }
    requireTrust(profile);
    await withCancellableProgress(l10n.t('Refreshing the token "{0}"', node.name), (signal) =>
      this.#services.tokens.acquire(profile, {
        force: true,
        markUsed: false,
        signal,
        cause: tokenCommands.refresh,
      }),
    );
  }

  async signIn(argument: unknown): Promise<void> {
    const node = await pickEntry(this.#pick, argument, {
      placeHolder: l10n.t('Sign in for which token?'),
      none: l10n.t('No token here needs a sign-in.'),
      fits: ({ entry }) => signsIn(entry.profile.grant),
    });
    if (node !== null) await this.#signIn(node.entry.profile);
  }

  async openProfile(argument: unknown): Promise<void> {
    const node = await pickNode(this.#pick, argument, {
      placeHolder: l10n.t('Open which profile?'),
      none: l10n.t('No keyturn.json of this workspace declares a token.'),
      fits: ({ declaredIn }) => declaredIn !== null,
    });
    if (node !== null && node.declaredIn !== null) await openProfile(node.declaredIn, node.name);
  }

  async setClientSecret(argument: unknown): Promise<void> {
    const node = await pickEntry(this.#pick, argument, {
      placeHolder: l10n.t('Set the client secret of which profile?'),
      none: l10n.t('No profile here uses a client secret.'),
      fits: ({ entry }) => usesClientSecret(entry.profile),
    });
    if (node === null) return;
    await this.#askClientSecret(node.entry.profile);
  }

  async dispose(): Promise<void> {
    await this.#clipboard.dispose();
  }

  /** Anew, whatever is held; a notification of its own says what is waited for. */
  async #signIn(profile: TokenProfile): Promise<void> {
    requireTrust(profile);
    await this.#services.tokens.acquire(profile, {
      reauthenticate: { scope: null, acrValues: null, maxAge: null },
      markUsed: false,
      cause: tokenCommands.signIn,
    });
    window.setStatusBarMessage(l10n.t('Signed in for the token "{0}"', profile.name), SAID_MS);
  }

  async #askClientSecret(profile: TokenProfile): Promise<void> {
    requireTrust(profile);
    const receivers = await this.#services.findReceivers(profile, 'client_secret');
    const secret = await askSecret(
      l10n.t('Client Secret: {0}', profile.name),
      l10n.t(
        'Paste the secret of the client {0}. Keyturn sends it to {1}.',
        profile.clientId ?? '',
        shownAddresses(receivers),
      ),
      () => ({ text: l10n.t('Keyturn keeps it in the secret storage of the editor.'), usable: true }),
    );
    if (secret === null) return;
    this.#services.redactor.register(secret, l10n.t('client secret of {0}', profile.name));
    await this.#services.store.setSecret(secretKey('client_secret', profile), secret);
    await this.#services.places.secretStored(profile, 'client_secret');
  }

  #pickHeld(argument: unknown, placeHolder: string): Promise<UsableNode | null> {
    return pickEntry(this.#pick, argument, {
      placeHolder,
      none: noneHeld(),
      fits: ({ entry }) => entry.token !== null,
    });
  }

  /**
   * Writes the new one first: when that is refused, the old one is still there. Where it may be used from stays as it
   * was.
   */
  async #replace(old: Token, next: Token): Promise<void> {
    const { store, consent } = this.#services;
    await store.set(next);
    for (const place of (await consent.places(old.key)) ?? []) await consent.rememberPlace(next.key, place);
    await store.delete(old.key);
  }

  async #takenNames(): Promise<Set<string>> {
    return new Set((await this.#pick.directory.entries()).map((node) => node.name));
  }
}
