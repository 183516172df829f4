import { grantOf } from '../../profile/grants/all.ts';
import { l10n, window, workspace } from 'vscode';
import { asKeyturnError } from '../../base/errors.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { withoutLinks } from '../platform/noticeText.ts';
import type { EditorServices } from '../services.ts';
import { inUse } from '../tokens/inUse.ts';
import { canRevoke } from '../tokens/tree/model.ts';

/** What stands in the audit as the cause. */
const CAUSE = 'background';

/** Asks the issuers of tokens in use whether they are still active, each no more often than once in an interval. */
export class StatusChecks {
  readonly #services: EditorServices;
  /** When each access token was last asked about, also in vain. */
  readonly #asked = new Map<string, { readonly accessToken: string; readonly atMs: number }>();
  /** What went wrong last with each, so that the log tells it once. */
  readonly #failures = new Map<string, string>();
  readonly #closing = new AbortController();

  constructor(services: EditorServices) {
    this.#services = services;
  }

  /** Looks at all tokens now, one after the other. */
  async look(intervalMs: number): Promise<void> {
    const entries = new Map<string, TokenEntry>();
    for (const { entry } of await this.#services.directory.entries()) {
      if (entry !== null) entries.set(entry.key, entry);
    }
    for (const entry of entries.values()) {
      if (this.#closing.signal.aborted) return;
      if (this.#isDue(entry, intervalMs)) await this.#ask(entry);
    }
  }

  dispose(): void {
    this.#closing.abort();
  }

  #isDue(entry: TokenEntry, intervalMs: number): boolean {
    const { token, profile, status } = entry;
    if (token === null || status === 'expired' || !canAsk(entry)) return false;
    if (profile.declaredIn !== null && !workspace.isTrusted) return false;
    const now = this.#services.clock.now();
    if (!inUse(entry, now)) return false;
    const asked = this.#asked.get(entry.key);
    const tried = asked?.accessToken === token.accessToken ? asked.atMs : null;
    const found = this.#services.inspections.last(entry)?.introspection?.checkedAtMs ?? null;
    const last = Math.max(tried ?? -Infinity, found ?? -Infinity);
    return now - last >= intervalMs || now < last;
  }

  async #ask(entry: TokenEntry): Promise<void> {
    const { inspections, log, clock } = this.#services;
    const { name } = entry.profile;
    this.#asked.set(entry.key, { accessToken: entry.token?.accessToken ?? '', atMs: clock.now() });
    const known = inspections.last(entry)?.introspection?.active ?? true;
    try {
      const options = { interactive: false, signal: this.#closing.signal, cause: CAUSE };
      const { active, conclusive } = await inspections.introspect(entry, options);
      this.#failures.delete(entry.key);
      if (known && !active && conclusive) {
        void window.showWarningMessage(
          l10n.t('The issuer of the token "{0}" says that it is no longer active.', withoutLinks(name)),
        );
      }
    } catch (error) {
      const { code } = asKeyturnError(error);
      if (code !== 'cancelled' && this.#failures.get(entry.key) !== code)
        log.error(l10n.t('Status of {0}', name), error);
      this.#failures.set(entry.key, code);
    }
  }
}

/** There may be a server to ask: the issuer, an endpoint of the profile, or a vendor. */
function canAsk({ profile }: TokenEntry): boolean {
  return (
    canRevoke(profile) ||
    profile.options.introspectionEndpoint !== null ||
    grantOf(profile.grant).pasted === 'token'
  );
}
