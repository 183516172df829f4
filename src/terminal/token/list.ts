import { KeyturnError } from '../../errors.ts';
import { formatDuration } from '../../text.ts';
import { resolveProfile } from '../../token/profileFile.ts';
import type { TokenEntry } from '../../token/tokenManager.ts';
import { parseArguments, type Command } from '../command.ts';
import { palette, printable } from '../streams.ts';
import { openPlace, placeHelp, placeOptions } from './shared.ts';

export const listTokensCommand: Command = {
  name: 'token list',
  summary: 'Show profiles and tokens',
  usage: '[--json] [options]',
  help: `Usage: keyturn token list [--json] [options]

Shows the profiles of the nearest keyturn.json and the pasted tokens, with what is held for each.

  --json             an array of {name, grant, status, expiresAt, scope, origins, declaredIn}
${placeHelp}

Exit codes: 0 done, 1 a profile or the keychain could not be read, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, { ...placeOptions, json: { type: 'boolean' } });
    if (positionals.length > 0) throw new KeyturnError('usage', '`keyturn token list` takes only options.');
    await using place = await openPlace(streams, values, signal);
    const file = await place.session.profiles.file(place.from);
    const entries: TokenEntry[] = [];
    const problems =
      file?.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message) ?? [];
    for (const declared of file?.profiles ?? []) {
      try {
        const profile = resolveProfile(declared, (variable) => place.variables.get(variable));
        entries.push(await place.session.tokens.peek(profile));
      } catch (error) {
        if (!(error instanceof KeyturnError)) throw error;
        problems.push([error.message, error.hint].filter((part) => part !== undefined).join(' '));
      }
    }
    try {
      entries.push(...(await place.session.tokens.personal()));
    } catch (error) {
      if (!(error instanceof KeyturnError)) throw error;
      problems.push(error.message);
    }
    const declaresNone = file === null || file.profiles.length === 0;
    if (values.json === true) streams.out.write(`${JSON.stringify(entries.map(toJson))}\n`);
    else if (entries.length > 0) streams.out.write(table(entries, palette(streams.out, streams.env)));
    else if (declaresNone)
      streams.out.write('No tokens. Declare one in keyturn.json, or add one with `keyturn token add`.\n');
    const paint = palette(streams.err, streams.env);
    for (const problem of problems) streams.err.write(`${paint.bad('problem:')} ${printable(problem)}\n`);
    return problems.length === 0 ? 0 : 1;
  },
};

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
  { token, status, canRefresh, needsSignIn }: TokenEntry,
  nowMs: number,
): string {
  const left = token?.expiresAtMs == null ? '' : formatDuration(Math.abs(token.expiresAtMs - nowMs));
  switch (status) {
    case 'missing':
      if (needsSignIn) return 'not signed in';
      return canRefresh ? 'obtained when it is used' : 'not stored yet';
    case 'active':
    case 'expiring':
      return `expires in ${left}`;
    case 'expired':
      return left === 'now' ? 'just expired' : `expired ${left} ago`;
    case 'not_yet_valid':
      return 'not valid yet';
    case 'unknown':
      return 'end unknown';
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
          : status === 'expired'
            ? paint.bad
            : status === 'expiring'
              ? paint.warn
              : paint.dim;
      const scope = token?.scope ?? profile.scope;
      const facts = [colour(describeStatus(entry, now))];
      if (scope !== null) facts.push(printable(scope));
      facts.push(printable(profile.origins.join(', ')));
      return `${printable(profile.name.padEnd(width))}  ${facts.join(' · ')}\n`;
    })
    .join('');
}
