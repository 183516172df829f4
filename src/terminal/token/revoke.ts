import { asKeyturnError, KeyturnError } from '../../base/errors.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { RevokeResult } from '../../oauth/verify/inspections.ts';
import { visible } from '../../base/visible.ts';
import { parseArguments, type Command, type ExitCode } from '../command.ts';
import { palette, type Streams } from '../output/streams.ts';
import { describeRevocations, jsonLine, someFailed } from './inspectionShared.ts';
import {
  inWordsOfCommand,
  oneName,
  openPlace,
  placeHelp,
  placeOptions,
  requireKnown,
  type Place,
} from './shared.ts';

const options = {
  ...placeOptions,
  issuer: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const revokeCommand: Command = {
  options,
  help: `Usage: keyturn token revoke NAME [--json] [options]
       keyturn token revoke --issuer URL [--json] [options]

Asks the issuer to revoke the refresh token, the access token and its down-scoped tokens (\`# @scope\`), and deletes
the revoked ones from the keychain. Keyturn keeps a token that the issuer did not revoke. It then introspects the
token, if the issuer has an introspection endpoint, because a revocation succeeds for unknown tokens too.

  --issuer URL       every token of this issuer that the nearest keyturn.json declares
  --json             {name, forgotten, results: [{kind, outcome, text, error}], downScoped: [the same with scope],
                     error}; one line a token. outcome is ended, accepted, still_active, unsupported or failed
${placeHelp}

Exit codes: 0 revoked, 1 a token was not revoked, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const { issuer } = values;
    if (issuer !== undefined && positionals.length > 0) {
      throw new KeyturnError('usage', '`keyturn token revoke` takes a name or `--issuer`, not both.');
    }
    const name = issuer === undefined ? oneName(positionals, 'revoke') : null;
    await using place = await openPlace(streams, values, signal);
    const json = values.json === true;
    if (name !== null) return await revokeOne(place, await place.find(name), { streams, json, signal });
    const found = await profilesOf(place, issuer ?? '');
    if (found.length === 0) {
      throw new KeyturnError('token_missing', `No token of the issuer ${issuer ?? ''} is stored.`, {
        hint: '`keyturn token list` shows the profiles of the nearest keyturn.json and their tokens.',
      });
    }
    let code: ExitCode = 0;
    for (const profile of found) {
      try {
        code = (await revokeOne(place, profile, { streams, json, signal })) === 0 ? code : 1;
      } catch (thrown) {
        const error = asKeyturnError(thrown);
        if (error.code === 'cancelled') throw error;
        code = 1;
        tell(place, profile.name, { streams, json }, nothing, error);
      }
    }
    return code;
  },
};

interface Telling {
  readonly streams: Streams;
  readonly json: boolean;
}

async function revokeOne(
  place: Place,
  profile: TokenProfile,
  telling: Telling & { readonly signal: AbortSignal },
): Promise<ExitCode> {
  const { tokens, inspections } = place.session;
  const entry = await tokens.peek(profile);
  requireKnown(entry);
  const how = { interactive: false, signal: telling.signal, cause: 'keyturn token revoke' };
  const result = await inspections.revoke(entry, how).catch((error: unknown) => {
    throw KeyturnError.is(error, 'revocation_failed')
      ? new KeyturnError('revocation_failed', error.message, {
          cause: error,
          hint: `Delete it where it was made. ${removeHint(profile.name)}`,
        })
      : inWordsOfCommand(error, entry);
  });
  tell(place, profile.name, telling, result, null);
  return result.forgotten && !someFailed(result.downScoped) ? 0 : 1;
}

function removeHint(name: string): string {
  return `\`keyturn token remove ${name}\` deletes it only here.`;
}

const nothing: RevokeResult = { results: [], downScoped: [], forgotten: false };

function tell(
  { session }: Place,
  name: string,
  { streams, json }: Telling,
  { results, downScoped, forgotten }: RevokeResult,
  error: KeyturnError | null,
): void {
  if (json) {
    const failure = error && { code: error.code, message: error.message };
    streams.out.write(jsonLine({ name, forgotten, results, downScoped, error: failure }, session.mask));
    return;
  }
  const paint = palette(streams.err, streams.env);
  const end = forgotten ? 'Keyturn deleted it here.' : `Keyturn keeps it here. ${removeHint(name)}`;
  const said = error === null ? end : `${error.message} ${end}`;
  const text = `${paint.bold(visible(name))}  ${visible(said)}\n${describeRevocations(results, downScoped, paint)}`;
  streams.err.write(session.mask(text));
}

/** Declared profiles of an issuer that have a stored token. */
async function profilesOf({ session, from, variables }: Place, issuer: string): Promise<TokenProfile[]> {
  const found: TokenProfile[] = [];
  const withDownScoped = await session.inspections.withDownScoped();
  for (const declared of (await session.profiles.file(from))?.profiles ?? []) {
    let profile: TokenProfile;
    try {
      profile = session.profiles.resolve(declared, variables);
    } catch (error) {
      // A profile whose variables are not filled here is of no issuer.
      if (KeyturnError.is(error)) continue;
      throw error;
    }
    if (profile.issuer === null || withoutSlash(profile.issuer) !== withoutSlash(issuer)) continue;
    const entry = await session.tokens.peek(profile);
    requireKnown(entry);
    const { token, key } = entry;
    if (token !== null || withDownScoped.has(key)) found.push(profile);
  }
  return found;
}

/** A slash at the end of an issuer that a person types does not count. */
function withoutSlash(issuer: string): string {
  return issuer.endsWith('/') ? issuer.slice(0, -1) : issuer;
}
