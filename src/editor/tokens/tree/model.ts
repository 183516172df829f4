import { l10n } from 'vscode';
import { grantOf, isOAuthGrant, signsIn } from '../../../profile/grants/all.ts';
import type { TokenProfile } from '../../../profile/profile.ts';
import type { TokenEntry } from '../../../token/manager.ts';
import type { ListedProfile } from '../../../profile/listedProfile.ts';
import { parseUrl } from '../../../base/url.ts';

export type GroupBy = 'environment' | 'issuer';

/**
 * A profile with what is held for it. `entry` is null for a profile that cannot be filled, which is its `problem`, and
 * for a token that was not read yet, which has none.
 */
export interface EntryNode {
  readonly kind: 'entry';
  readonly id: string;
  readonly name: string;
  readonly environment: string | null;
  readonly declaredIn: string | null;
  entry: TokenEntry | null;
  problem: ListedProfile['problem'];
}

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly label: string;
  /** True for the environment that a folder has chosen. */
  readonly chosen: boolean;
  readonly entries: readonly EntryNode[];
}

/** What the tree is made of: declared profiles with what is held for them, and pasted tokens. */
export interface TreeInput {
  readonly listed: readonly { readonly profile: ListedProfile; readonly entry: TokenEntry | null }[];
  readonly personal: readonly TokenEntry[];
  /** Names of pasted tokens that were not read yet, by key. */
  readonly unread: ReadonlyMap<string, string>;
  /** Environments that folders have chosen. */
  readonly chosen: ReadonlySet<string>;
}

/** Groups with a long list start closed, so that opening the view stays quick. */
export const LARGE_GROUP = 100;

/** Sorted groups of sorted entries. Ids stay the same while names, files and environments do. */
export function buildGroups(input: TreeInput, groupBy: GroupBy): GroupNode[] {
  const groups = new Map<string, { label: string; entries: EntryNode[] }>();
  const add = (groupKey: string, label: string, make: (groupId: string) => EntryNode) => {
    const id = `group:${groupKey}`;
    let group = groups.get(id);
    if (group === undefined) groups.set(id, (group = { label, entries: [] }));
    group.entries.push(make(id));
  };
  for (const { profile, entry } of input.listed) {
    const [key, label] = groupBy === 'issuer' ? issuerGroup(entry) : environmentGroup(profile.environment);
    const part = groupBy === 'issuer' ? `${profile.environment ?? ''}/` : '';
    add(key, label, (groupId) => ({
      kind: 'entry',
      id: `${groupId}/${part}${profile.declaredIn}#${profile.name}`,
      name: profile.name,
      environment: profile.environment,
      declaredIn: profile.declaredIn,
      entry,
      problem: profile.problem,
    }));
  }
  const addPasted = (name: string, entry: TokenEntry | null) => {
    // Its issuer is unknown.
    const [key, label] = groupBy === 'issuer' ? issuerGroup(null) : environmentGroup(null);
    add(key, label, (groupId) => ({
      kind: 'entry',
      id: `${groupId}/pasted#${name}`,
      name,
      environment: null,
      declaredIn: null,
      entry,
      problem: null,
    }));
  };
  // A pasted token that a keyturn.json took over is that of its profile.
  const taken = new Set(input.listed.map(({ entry }) => entry?.key));
  for (const entry of input.personal) if (!taken.has(entry.key)) addPasted(entry.profile.name, entry);
  for (const [key, name] of input.unread) if (!taken.has(key)) addPasted(name, null);
  return [...groups]
    .map(([id, { label, entries }]): GroupNode => {
      const chosen = groupBy === 'environment' && id !== `${REST}environment` && input.chosen.has(label);
      return { kind: 'group', id, label, chosen, entries: entries.sort(byName) };
    })
    .sort((a, b) => Number(isRest(a)) - Number(isRest(b)) || compare(a.label, b.label));
}

/** Words in a group's `contextValue`: an environment has a menu of its own, and so has an issuer. */
export function groupContext({ id, chosen }: GroupNode): string {
  if (id.startsWith(REST)) return 'group';
  const kind = id.startsWith('group:environment:') ? 'environment' : 'issuer';
  return `group ${kind}${chosen ? ' chosen' : ''}`;
}

/** Words in an item's `contextValue`, which `when` clauses of package.json look for. */
export function contextValueOf({ entry, declaredIn }: EntryNode): string {
  const flags = ['entry', declaredIn === null ? 'personal' : 'declared'];
  if (entry !== null) {
    flags.push(entry.token === null ? 'empty' : 'held');
    if (entry.canRefresh) flags.push('refreshable');
    if (signsIn(entry.profile.grant)) flags.push('person');
    if (entry.needsSignIn) flags.push('signIn');
    if (entry.token !== null && canRevoke(entry.profile)) flags.push('revocable');
    if (entry.token !== null && grantOf(entry.profile.grant).refresh !== 'never') flags.push('rotatable');
    if (usesClientSecret(entry.profile)) flags.push('client');
    if (takesPastedToken(entry.profile)) flags.push('pasteable');
  }
  return flags.join(' ');
}

/** A person pastes what this profile needs: the token itself, or a refresh token. */
export function takesPastedToken(profile: TokenProfile): boolean {
  return grantOf(profile.grant).pasted !== null;
}

/** There may be a server that can revoke it: the issuer, or the endpoint that the profile names. */
export function canRevoke({ issuer, options }: TokenProfile): boolean {
  return issuer !== null || options.revocationEndpoint !== null;
}

export function usesClientSecret(profile: TokenProfile): boolean {
  return isOAuthGrant(profile.grant) && profile.clientAuthentication.startsWith('client_secret_');
}

/** Names that do not tell one entry from another. */
export function namesOfSeveral(nodes: readonly Pick<EntryNode, 'name'>[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const several = new Set<string>();
  for (const { name } of nodes) (seen.has(name) ? several : seen).add(name);
  return several;
}

/** True when two trees have the same groups and entries, whatever the entries hold. */
export function sameShape(a: readonly GroupNode[], b: readonly GroupNode[]): boolean {
  return (
    a.length === b.length &&
    a.every((group, index) => {
      const other = b[index];
      return (
        other?.id === group.id &&
        other.chosen === group.chosen &&
        other.entries.length === group.entries.length &&
        group.entries.every((entry, at) => entry.id === other.entries[at]?.id)
      );
    })
  );
}

const REST = 'group:rest:';

function isRest(group: GroupNode): boolean {
  return group.id.startsWith(REST);
}

function environmentGroup(environment: string | null): [string, string] {
  return environment === null
    ? ['rest:environment', l10n.t('Every environment')]
    : [`environment:${environment}`, environment];
}

function issuerGroup(entry: TokenEntry | null): [string, string] {
  const issuer = entry === null ? null : issuerOf(entry);
  return issuer === null ? ['rest:issuer', l10n.t('Issuer unknown')] : [`issuer:${issuer}`, issuer];
}

/** The issuer of the profile, else the server of its token endpoint. */
function issuerOf({ profile }: TokenEntry): string | null {
  if (profile.issuer !== null) return profile.issuer;
  return profile.tokenEndpoint === null ? null : (parseUrl(profile.tokenEndpoint)?.origin ?? null);
}

function byName(a: EntryNode, b: EntryNode): number {
  return compare(a.name, b.name) || compare(a.id, b.id);
}

const collator = new Intl.Collator('en', { numeric: true });

function compare(a: string, b: string): number {
  return collator.compare(a, b);
}
