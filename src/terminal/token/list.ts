import { grantOf } from '../../profile/grants/all.ts';
import { KeyturnError } from '../../base/errors.ts';
import { formatDuration } from '../../base/text.ts';
import type { PresetSecrets } from '../../token/managerOptions.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { visible, visibleJson } from '../../base/visible.ts';
import { parseArguments, type Command } from '../command.ts';
import { palette } from '../output/streams.ts';
import { openPlace, placeHelp, placeOptions } from './shared.ts';

const options = { ...placeOptions, json: { type: 'boolean' } } as const;

export const listTokensCommand: Command = {
  options,
  help: `Usage: keyturn token list [--json] [options]

Shows the profiles of the nearest keyturn.json and the pasted tokens, with the status of each token.

  --json             an array of {name, grant, status, expiresAt, scope, origins, declaredIn}
${placeHelp}

Exit codes: 0 done, 1 Keyturn could not read a profile or the keychain, 2 wrong use. A missing keychain is no error
if environment variables supply every token.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 0) throw new KeyturnError('usage', '`keyturn token list` takes only options.');
    await using place = await openPlace(streams, values, signal);
    const { session, from, variables } = place;
    const paint = palette(streams.err, streams.env);
    const file = await session.profiles.file(from);
    const entries: TokenEntry[] = [];
    const problems =
      file?.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message) ?? [];
    const unusable = new UnusableProfiles();
    for (const declared of file?.profiles ?? []) {
      try {
        const profile = session.profiles.resolve(declared, variables);
        entries.push(await session.tokens.peek(profile));
      } catch (error) {
        if (!(error instanceof KeyturnError)) throw error;
        unusable.add(declared.name, error);
      }
    }
    const declared = entries.length;
    const notes: string[] = [];
    try {
      entries.push(...(await session.tokens.personal()));
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      const needless =
        error.code === 'store_unavailable' &&
        declared > 0 &&
        entries.every((entry) => needsNoKeychain(entry, session.preset));
      if (needless) notes.push(`${error.message} The list has no tokens without a profile.`);
      else problems.push([error.message, error.hint].join(' ').trim());
    }
    problems.push(...unusable.lines());
    const declaresNone = file === null || file.profiles.length === 0;
    if (values.json === true) streams.out.write(`${visibleJson(entries.map(toJson))}\n`);
    else if (entries.length > 0) streams.out.write(table(entries, palette(streams.out, streams.env)));
    else if (declaresNone && problems.length === 0)
      streams.out.write('No tokens. Declare one in keyturn.json, or add one with `keyturn token add`.\n');
    for (const note of notes) streams.err.write(`${paint.warn('note:')} ${visible(note)}\n`);
    for (const problem of problems) streams.err.write(`${paint.bad('problem:')} ${visible(problem)}\n`);
    return problems.length === 0 ? 0 : 1;
  },
};

/** True for a token that comes from an environment variable or a source of its own. */
function needsNoKeychain({ profile }: TokenEntry, preset: PresetSecrets): boolean {
  if (preset.token(profile) !== null) return true;
  const { obtainedWith } = grantOf(profile.grant);
  if (obtainedWith === null) return false;
  const ofFile = profile.options.keyFile !== null && obtainedWith.includes('private_key');
  return (
    obtainedWith.length === 0 || ofFile || obtainedWith.some((kind) => preset.secret(kind, profile) !== null)
  );
}

/** Invalid profiles, those with the same fault in one line: often no environment was chosen. */
class UnusableProfiles {
  readonly #names = new Map<string, string[]>();

  add(name: string, error: KeyturnError): void {
    const prefix = `The token profile "${name}" is not valid: `;
    const fault = error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message;
    const text = [fault, error.hint].join(' ').trim();
    this.#names.set(text, [...(this.#names.get(text) ?? []), name]);
  }

  lines(): string[] {
    return [...this.#names].map(([text, names]) => {
      const quoted = names.map((name) => JSON.stringify(name)).join(', ');
      return names.length === 1
        ? `The token profile ${quoted} is not valid: ${text}`
        : `The token profiles ${quoted} are not valid: ${text}`;
    });
  }
}

export function toJson({ profile, token, status }: TokenEntry) {
  const expiresAt = token?.expiresAtMs == null ? null : new Date(token.expiresAtMs);
  return {
    name: profile.name,
    grant: profile.grant,
    status,
    expiresAt: expiresAt === null || Number.isNaN(expiresAt.getTime()) ? null : expiresAt.toISOString(),
    scope: token?.scope ?? profile.scope,
    origins: profile.origins,
    declaredIn: profile.declaredIn,
  };
}

/** What a status means to a person. */
export function describeStatus(
  { token, status, canRefresh, needsSignIn, lastError }: TokenEntry,
  nowMs: number,
): string {
  const left = token?.expiresAtMs == null ? '' : formatDuration(Math.abs(token.expiresAtMs - nowMs));
  switch (status) {
    case 'missing':
      if (lastError?.code === 'store_locked' || lastError?.code === 'store_corrupt') return 'unknown';
      if (needsSignIn) return 'not signed in';
      return canRefresh ? 'obtained on use' : 'not stored yet';
    case 'active':
    case 'expiring':
      return `expires in ${left}`;
    case 'expired': {
      const ended = left === 'now' ? 'just expired' : `expired ${left} ago`;
      return canRefresh ? `${ended}, refreshed on use` : ended;
    }
    case 'not_yet_valid':
      return 'not valid yet';
    case 'unknown':
      return 'expiry unknown';
  }
}

function table(entries: readonly TokenEntry[], paint: ReturnType<typeof palette>): string {
  const now = Date.now();
  const width = Math.max(...entries.map(({ profile }) => profile.name.length));
  return entries
    .map((entry) => {
      const { profile, status, token } = entry;
      const colour =
        status === 'active'
          ? paint.good
          : status === 'expired' && !entry.canRefresh
            ? paint.bad
            : status === 'expiring'
              ? paint.warn
              : paint.dim;
      const scope = token?.scope ?? profile.scope;
      const facts = [colour(describeStatus(entry, now))];
      if (scope !== null) facts.push(visible(scope));
      facts.push(shownAddresses(profile.origins));
      return `${visible(profile.name.padEnd(width))}  ${facts.join(' · ')}\n`;
    })
    .join('');
}
