import { grantOf } from '../../profile/grants/all.ts';
import { commands, l10n, type QuickPickItem, window } from 'vscode';
import { parseUrl } from '../../base/url.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { decodeToken } from '../../inspect/decode.ts';
import { secretKey } from '../../profile/key.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import type { Verification } from '../../oauth/verify/inspection.ts';
import type { InspectionOptions, RevokeResult } from '../../oauth/verify/inspections.ts';
import { registerKey } from '../../profile/keys/registerKey.ts';
import { visible } from '../../base/visible.ts';
import { inspectionCommands } from './commands.ts';
import { auditCommands } from '../audit/commands.ts';
import { withLateProgress } from '../platform/messages.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import { requireTrust } from '../profiles/trust.ts';
import type { EditorServices } from '../services.ts';
import type { ClaimsDocuments } from './claimsDocuments.ts';
import { confirmRotation } from './confirmRotation.ts';
import { type EntryPickParts, pickEntry, type UsableNode } from '../tokens/entryPick.ts';
import { askKey, askKeyKind, REMOVE_KEY } from './keyPrompts.ts';
import { canRevoke } from '../tokens/tree/model.ts';
import { verificationStatusText } from '../tokens/tree/inspectionNodes.ts';
import { downScopedCount, downScopedText, sentences } from './downScopedText.ts';
import { isGood, revokeAll } from './revokeAll.ts';

/** Proves tokens and ends them; each takes the argument of its command. */
export class InspectionActions {
  readonly #services: EditorServices;
  readonly #pick: EntryPickParts;
  readonly #details: ClaimsDocuments;

  constructor(services: EditorServices, pick: EntryPickParts, details: ClaimsDocuments) {
    this.#services = services;
    this.#pick = pick;
    this.#details = details;
  }

  async verify(argument: unknown): Promise<void> {
    const node = await this.#pickHeld(argument, l10n.t('Verify the signature of which token?'));
    if (node === null) return;
    let verification = await this.#verify(node, null);
    if (verification.code === 'issuer_unknown') {
      const issuer = await this.#askIssuer(node);
      if (issuer !== null) verification = await this.#verify(node, issuer);
    }
    const status = verificationStatusText(verification.status);
    const hint = verification.hint === null ? '' : ` ${verification.hint}`;
    const text = this.#mask(l10n.t('"{0}" is {1}. {2}', node.name, status, verification.reason) + hint);
    await this.#offerDetails(node, text, verification.status !== 'invalid');
  }

  async introspect(argument: unknown): Promise<void> {
    const node = await this.#pickHeld(argument, l10n.t('Introspect which token?'));
    if (node === null) return;
    requireTrust(node.entry.profile);
    const { active, conclusive, vendor, endpoint, scopes } = await this.#watched(
      l10n.t('Introspecting the token "{0}"', node.name),
      inspectionCommands.introspect,
      (options) => this.#services.inspections.introspect(node.entry, options),
    );
    const who = vendor ?? parseUrl(endpoint)?.host ?? endpoint;
    const status = active
      ? l10n.t('{1} says that "{0}" is active.', node.name, who)
      : conclusive
        ? l10n.t('{1} says that "{0}" is not active.', node.name, who)
        : l10n.t(
            '{1} does not know "{0}". It may keep no record of JWTs: verify the signature instead.',
            node.name,
            who,
          );
    const scope = scopes === null || scopes.length === 0 ? '' : ` ${l10n.t('Scopes: {0}', scopes.join(' '))}`;
    await this.#offerDetails(node, this.#mask(status + scope), active);
  }

  async revoke(argument: unknown): Promise<void> {
    const node = await this.#pickRevocable(argument, l10n.t('Revoke which token?'));
    if (node === null) return;
    const { profile } = node.entry;
    requireTrust(profile);
    const revoke = l10n.t('Revoke Token');
    const chosen = await window.showWarningMessage(
      l10n.t('Revoke the token "{0}"?', visible(node.name)),
      {
        modal: true,
        detail: l10n.t(
          'Keyturn asks the issuer {0} to revoke it, then deletes it here. You cannot undo this.',
          profile.issuer ?? profile.options.revocationEndpoint ?? '',
        ),
      },
      revoke,
    );
    if (chosen !== revoke) return;
    const result = await this.#watched(
      l10n.t('Revoking the token "{0}"', node.name),
      inspectionCommands.revoke,
      (options) => this.#revoke(node, options),
    );
    await this.#tellRevoked(node, result);
  }

  /** All tokens of one issuer that this window knows. */
  async revokeEverywhere(argument: unknown): Promise<void> {
    const issuer = await this.#pickIssuer(argument);
    if (issuer === null) return;
    const nodes = issuer.nodes;
    const revoke = l10n.t('Revoke All');
    const chosen = await window.showWarningMessage(
      nodes.length === 1
        ? l10n.t('Revoke the one token of {0}?', issuer.issuer)
        : l10n.t('Revoke all {0} tokens of {1}?', nodes.length, issuer.issuer),
      {
        modal: true,
        detail: [
          nodes.map(({ name }) => name).join(', '),
          l10n.t('Keyturn asks the issuer to revoke them, then deletes them here.'),
        ].join('\n\n'),
      },
      revoke,
    );
    if (chosen !== revoke) return;
    const { done, downScoped, failures, left } = await this.#watched(
      l10n.t('Revoking the tokens of {0}', issuer.issuer),
      inspectionCommands.revokeEverywhere,
      (options) =>
        revokeAll(nodes, async (node) => {
          requireTrust(node.entry.profile);
          return this.#revoke(node, options);
        }),
    );
    const summary = l10n.t(
      '{0} of {1} tokens of {2} were revoked and deleted.',
      done,
      nodes.length,
      issuer.issuer,
    );
    const rest = left === 0 ? [] : [l10n.t('You cancelled. Keyturn did not revoke {0} tokens.', left)];
    const text = this.#mask(sentences(summary, downScopedCount(downScoped), ...failures, ...rest));
    this.#sayEnd(text, done === nodes.length && failures.length === 0);
  }

  async rotate(argument: unknown): Promise<void> {
    const node = await pickEntry(this.#pick, argument, {
      placeHolder: l10n.t('Rotate which token?'),
      none: l10n.t('No token here can be rotated. Replace a pasted token where it was issued.'),
      fits: ({ entry }) => entry.token !== null && grantOf(entry.profile.grant).refresh !== 'never',
    });
    if (node === null) return;
    requireTrust(node.entry.profile);
    if (!(await confirmRotation(node))) return;
    const { revoked, downScoped, left } = await this.#watched(
      l10n.t('Rotating the token "{0}"', node.name),
      inspectionCommands.rotate,
      (options) => this.#services.inspections.rotate(node.entry, options),
    );
    const fine = left === null && [...(revoked ?? []), ...downScoped].every(isGood);
    const end = left ?? (revoked ?? []).map(({ text }) => text).join(' ');
    const text = this.#mask(
      sentences(l10n.t('"{0}" has a new token.', node.name), end, downScopedText(downScoped)),
    );
    this.#sayEnd(text, fine || grantOf(node.entry.profile.grant).refresh === 'refresh_token_only');
  }

  /** A key that checks or opens the token without asking a server. */
  async setKey(argument: unknown): Promise<void> {
    const node = await this.#pickHeld(argument, l10n.t('Set a key for which token?'));
    if (node === null) return;
    const kind = await askKeyKind();
    if (kind === null) return;
    const { store, redactor, files } = this.#services;
    const key = secretKey(kind, node.entry.profile);
    const value = await askKey(files, node.name, kind, (await store.getSecret(key)) !== null);
    if (value === null) return;
    if (value === REMOVE_KEY) {
      await store.deleteSecret(key);
    } else {
      registerKey(value, node.name, (secret, label) => redactor.register(secret, label));
      await store.setSecret(key, value);
    }
    await this.verify({ key: node.entry.key });
  }

  async #verify({ name, entry }: UsableNode, issuer: string | null): Promise<Verification> {
    // Keys are public, but asking for them tells a server of the person's interest.
    requireTrust(entry.profile);
    return this.#watched(l10n.t('Verifying the token "{0}"', name), inspectionCommands.verify, (options) =>
      this.#services.inspections.verify(entry, issuer === null ? options : { ...options, issuer }),
    );
  }

  /** The issuer that the token names, when the person trusts it; null when it names none that can be asked. */
  async #askIssuer({ name, entry }: UsableNode): Promise<string | null> {
    const issuer = entry.token === null ? null : decodeToken(entry.token.accessToken).issuer;
    const url = issuer === null ? null : parseUrl(issuer);
    if (issuer === null || url === null || !isSecureUrl(url)) return null;
    const trust = l10n.t('Fetch Issuer Keys');
    const chosen = await window.showInformationMessage(
      l10n.t('Trust the issuer {0}?', issuer),
      {
        modal: true,
        detail: l10n.t(
          'The token "{0}" names this issuer, but anyone can write that into a token. Keyturn verifies the signature with the keys of this server, and sends nothing of the token to it.',
          name,
        ),
      },
      trust,
    );
    return chosen === trust ? issuer : null;
  }

  /** The permissions of a token are deleted with it. */
  async #revoke({ entry }: UsableNode, options: InspectionOptions): Promise<RevokeResult> {
    const result = await this.#services.inspections.revoke(entry, options);
    if (result.forgotten) await this.#services.consent.forget(entry.key);
    return result;
  }

  async #tellRevoked(node: UsableNode, { results, downScoped, forgotten }: RevokeResult): Promise<void> {
    const said = sentences(...results.map(({ text }) => text), downScopedText(downScoped));
    if (forgotten) {
      this.#sayEnd(
        this.#mask(l10n.t('"{0}" is deleted here. {1}', node.name, said)),
        downScoped.every(isGood),
      );
      return;
    }
    const anyway = l10n.t('Delete Anyway');
    const text = this.#mask(l10n.t('"{0}" was kept. {1}', node.name, said));
    if ((await window.showWarningMessage(text, anyway)) !== anyway) return;
    await this.#services.store.delete(node.entry.key);
    await this.#services.consent.forget(node.entry.key);
    const gone = { name: node.name, accessToken: node.entry.token?.accessToken ?? null };
    this.#services.audit.record(tokenEvent('deleted', gone, inspectionCommands.revoke));
  }

  /** What became of tokens. With a button, since the editor cuts a message without one after its first line. */
  #sayEnd(text: string, good: boolean): void {
    const show = l10n.t('Show Audit Log');
    const answer = good ? window.showInformationMessage(text, show) : window.showWarningMessage(text, show);
    void answer.then((chosen) => {
      if (chosen === show) void commands.executeCommand(auditCommands.show);
    });
  }

  async #offerDetails(node: UsableNode, text: string, good: boolean): Promise<void> {
    const show = l10n.t('Show Details');
    const chosen = await (good
      ? window.showInformationMessage(text, show)
      : window.showWarningMessage(text, show));
    if (chosen === show) await this.#details.show(node);
  }

  /** Under a notification with a Cancel button, where it takes longer than a moment. */
  async #watched<T>(
    title: string,
    cause: string,
    work: (options: InspectionOptions) => Promise<T>,
  ): Promise<T> {
    return withLateProgress(title, (signal) => work({ interactive: true, signal, cause }));
  }

  #pickHeld(argument: unknown, placeHolder: string): Promise<UsableNode | null> {
    return pickEntry(this.#pick, argument, {
      placeHolder,
      none: l10n.t('There is no token to export yet. Add or refresh one first.'),
      fits: ({ entry }) => entry.token !== null,
    });
  }

  async #pickRevocable(argument: unknown, placeHolder: string): Promise<UsableNode | null> {
    const withDownScoped = await this.#services.inspections.withDownScoped();
    return pickEntry(this.#pick, argument, {
      placeHolder,
      none: l10n.t('Keyturn knows no server that can revoke it. Revoke it where it was issued.'),
      fits: ({ entry }) =>
        (entry.token !== null || withDownScoped.has(entry.key)) && canRevoke(entry.profile),
    });
  }

  async #pickIssuer(argument: unknown): Promise<{ issuer: string; nodes: readonly UsableNode[] } | null> {
    const withDownScoped = await this.#services.inspections.withDownScoped();
    const all = (await this.#pick.directory.entries()).filter(
      (node): node is UsableNode =>
        node.entry !== null && (node.entry.token !== null || withDownScoped.has(node.entry.key)),
    );
    const byIssuer = new Map<string, UsableNode[]>();
    const keys = new Set<string>();
    for (const node of all) {
      const { issuer } = node.entry.profile;
      // One token may stand in the list several times, as with environments that say the same.
      if (issuer === null || keys.has(node.entry.key)) continue;
      keys.add(node.entry.key);
      byIssuer.set(issuer, [...(byIssuer.get(issuer) ?? []), node]);
    }
    if (argument !== undefined) {
      const named = await this.#pickRevocable(
        argument,
        l10n.t('Revoke all tokens of the issuer of which token?'),
      );
      if (named === null) return null;
      const { issuer } = named.entry.profile;
      if (issuer !== null) return { issuer, nodes: byIssuer.get(issuer) ?? [] };
      void window.showInformationMessage(
        l10n.t('The profile "{0}" names no issuer, so revoke its token alone.', withoutLinks(named.name)),
      );
      return null;
    }
    if (byIssuer.size === 0) {
      void window.showInformationMessage(l10n.t('There is no token of a known issuer here.'));
      return null;
    }
    const items = [...byIssuer].map(
      ([issuer, nodes]): QuickPickItem & { issuer: string; nodes: UsableNode[] } => ({
        label: issuer,
        description: nodes.map(({ name }) => name).join(', '),
        issuer,
        nodes,
      }),
    );
    return (
      (await window.showQuickPick(items, { placeHolder: l10n.t('Revoke all tokens of which issuer?') })) ??
      null
    );
  }

  #mask(text: string): string {
    return withoutLinks(this.#services.redactor.mask(text));
  }
}
