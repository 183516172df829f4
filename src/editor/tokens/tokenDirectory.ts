import { EventEmitter, Uri } from 'vscode';
import type { ForeignTokens } from '../../foreign/foreignTokens.ts';
import { tokenKey } from '../../profile/key.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { TokenEntry, TokenManager } from '../../token/manager.ts';
import type { ListedProfile } from '../../profile/listedProfile.ts';
import type { WorkspaceProfiles } from '../profiles/profileIndex.ts';
import type { EnvironmentPicker } from '../environments/picker.ts';
import { onDidChangeSetting, readSetting } from '../platform/settings.ts';
import {
  buildGroups,
  type EntryNode,
  type GroupNode,
  LARGE_GROUP,
  sameShape,
  type TreeInput,
} from './tree/model.ts';

export interface DirectoryParts {
  readonly tokens: TokenManager;
  readonly profiles: WorkspaceProfiles;
  readonly environments: EnvironmentPicker;
  /** Tokens that `.http` files ask for in the words of other tools. */
  readonly foreignTokens: ForeignTokens;
}

/** What changed: entries in place, or (null) the list itself. */
export type DirectoryChange = readonly EntryNode[] | null;

/**
 * All profiles and tokens of this window, as the tree and the pickers show them. Read when first asked for; then
 * only what changed is read again.
 */
export class TokenDirectory {
  readonly #parts: DirectoryParts;
  readonly #changed = new EventEmitter<DirectoryChange>();
  readonly #read = new EventEmitter<readonly EntryNode[]>();
  readonly #subscriptions: { dispose(): void }[];
  #groups: Promise<readonly GroupNode[]> | null = null;
  #loaded: readonly GroupNode[] = [];
  /** The nodes that those who listen know, null before the first call: later events concern these. */
  #told: readonly GroupNode[] | null = null;
  #byKey = new Map<string, EntryNode[]>();
  #pendingKeys = new Set<string>();
  #updating = false;
  /** Pasted tokens that are shown by their names alone, until the rest of them is read. */
  #unread: ReadonlyMap<string, string> = new Map();
  #reading: Promise<void> | null = null;
  #hasRead = false;

  readonly onDidChange = this.#changed.event;
  /** All entries, after the list was read or one of them came to hold something else. */
  readonly onDidRead = this.#read.event;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    const reload = () => void this.#reload();
    this.#subscriptions = [
      this.#changed,
      this.#read,
      parts.profiles.onDidChange(reload),
      onDidChangeSetting(['keyturn.tokens.groupBy'], reload),
      parts.tokens.onDidChange((keys) => this.#tokensChanged(keys)),
    ];
  }

  /** Of very many tokens just the names at first: their entries follow when they are read. */
  groups(): Promise<readonly GroupNode[]> {
    return this.#groups ?? this.#readList();
  }

  /** All of them, with what they hold. */
  async entries(): Promise<EntryNode[]> {
    await this.groups();
    await this.#reading;
    return (await this.groups()).flatMap((group) => group.entries);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #load(): Promise<readonly GroupNode[]> {
    const { tokens, profiles, environments, foreignTokens } = this.#parts;
    const [declared, personal] = await Promise.all([profiles.list(), this.#loadPersonal()]);
    const listed = [...declared, ...foreignTokens.profiles().flatMap(listForeign)];
    const input = {
      listed: await Promise.all(
        listed.map(async (profile) => ({
          profile,
          entry: profile.profile === null ? null : await tokens.peek(profile.profile),
        })),
      ),
      ...personal,
      chosen: new Set(
        listed
          .map(({ declaredIn }) => environments.selected(Uri.parse(declaredIn, true)))
          .filter((name) => name !== null),
      ),
    };
    // Only now: the editor answers one question after the other.
    if (personal.unread.size > 0) this.#readAll();
    return buildGroups(input, readSetting('keyturn.tokens.groupBy'));
  }

  async #loadPersonal(): Promise<Pick<TreeInput, 'personal' | 'unread'>> {
    const { tokens } = this.#parts;
    if (!this.#hasRead) {
      const names = await tokens.personalNames();
      if (names.size > LARGE_GROUP) {
        this.#unread = names;
        return { personal: [], unread: names };
      }
    }
    const personal = await tokens.personal();
    this.#hasRead = true;
    this.#unread = new Map();
    return { personal, unread: this.#unread };
  }

  #readAll(): void {
    this.#reading ??= this.#parts.tokens
      .personal()
      .then(() => {
        this.#hasRead = true;
        return this.#reload();
      })
      .finally(() => {
        this.#reading = null;
      });
    // A caller who asks for the entries meanwhile hears of a failure; others see their names.
    this.#reading.catch(() => undefined);
  }

  async #reload(): Promise<void> {
    // Not read yet: the first reading gets the current state.
    if (this.#groups === null) {
      this.#changed.fire(null);
      return;
    }
    const reading = this.#readList();
    try {
      await reading;
    } catch {
      if (this.#groups !== reading) return;
      // Read again by the next caller, who then hears of the failure.
      this.#groups = null;
      this.#changed.fire(null);
    }
  }

  /** A caller who asks meanwhile gets the nodes that are told of later, never those of a reading that was overtaken. */
  #readList(): Promise<readonly GroupNode[]> {
    const reading: Promise<readonly GroupNode[]> = this.#load().then((after) => {
      if (this.#groups !== reading) return this.groups();
      const before = this.#told;
      if (before !== null && sameShape(before, after)) {
        this.#adopt(before, after);
        return before;
      }
      this.#told = after;
      this.#take(after);
      if (before !== null) this.#changed.fire(null);
      return after;
    });
    this.#groups = reading;
    return reading;
  }

  /** The tree knows the old nodes: they live on with what the new ones hold. */
  #adopt(before: readonly GroupNode[], after: readonly GroupNode[]): void {
    const fresh = new Map(after.flatMap((group) => group.entries.map((node) => [node.id, node] as const)));
    const changed: EntryNode[] = [];
    for (const node of before.flatMap((group) => group.entries)) {
      const next = fresh.get(node.id);
      if (next === undefined) continue;
      if (JSON.stringify([node.entry, node.problem]) === JSON.stringify([next.entry, next.problem])) continue;
      node.entry = next.entry;
      node.problem = next.problem;
      changed.push(node);
    }
    this.#take(before);
    if (changed.length > 0) this.#changed.fire(changed);
  }

  #take(groups: readonly GroupNode[]): void {
    const nodes = groups.flatMap((group) => group.entries);
    this.#loaded = groups;
    this.#byKey = new Map();
    for (const node of nodes) {
      if (node.entry === null) continue;
      const same = this.#byKey.get(node.entry.key);
      if (same === undefined) this.#byKey.set(node.entry.key, [node]);
      else same.push(node);
    }
    this.#read.fire(nodes);
  }

  #tokensChanged(keys: ReadonlySet<string>): void {
    if (this.#groups === null) {
      this.#changed.fire(null);
      return;
    }
    for (const key of keys) this.#pendingKeys.add(key);
    if (!this.#updating) void this.#update();
  }

  async #update(): Promise<void> {
    this.#updating = true;
    try {
      while (this.#pendingKeys.size > 0) {
        const keys = this.#pendingKeys;
        this.#pendingKeys = new Set();
        const changed = await this.#refreshKeys(keys);
        if (changed === null) await this.#reload();
        else if (changed.length > 0) {
          this.#changed.fire(changed);
          this.#read.fire(this.#loaded.flatMap((group) => group.entries));
        }
      }
    } catch {
      await this.#reload();
    } finally {
      this.#updating = false;
    }
  }

  /** The entries of these keys, read again; null when a pasted token came or went. */
  async #refreshKeys(keys: ReadonlySet<string>): Promise<EntryNode[] | null> {
    await this.groups();
    const changed: EntryNode[] = [];
    let personal: ReadonlyMap<string, TokenEntry> | null = null;
    for (const key of keys) {
      if (this.#unread.has(key)) continue;
      const nodes = this.#byKey.get(key);
      if (nodes === undefined) return null;
      for (const node of nodes) {
        if (node.entry === null) continue;
        if (node.declaredIn === null) {
          personal ??= new Map(
            (await this.#parts.tokens.personal()).map((entry) => [tokenKey(entry.profile), entry]),
          );
          const entry = personal.get(key);
          if (entry === undefined) return null;
          if (take(node, entry)) changed.push(node);
        } else if (take(node, await this.#parts.tokens.peek(node.entry.profile))) {
          changed.push(node);
        }
      }
    }
    return changed;
  }
}

/** The file names the token, and the request the origin that it is bound to: both tell it from others. */
function listForeign(profile: TokenProfile): ListedProfile[] {
  const { name, origins, declaredIn } = profile;
  if (declaredIn === null) return [];
  const shown = `${name} (${origins.join(', ')})`;
  return [{ name: shown, declaredIn, environment: null, profile, problem: null }];
}

/** True when the entry holds something else now. */
function take(node: EntryNode, next: TokenEntry): boolean {
  const before = node.entry;
  node.entry = next;
  return (
    before?.token !== next.token ||
    before.status !== next.status ||
    before.lastUsedAtMs !== next.lastUsedAtMs ||
    before.lastError !== next.lastError ||
    before.canRefresh !== next.canRefresh ||
    before.needsSignIn !== next.needsSignIn ||
    before.clockSkewMs !== next.clockSkewMs
  );
}
