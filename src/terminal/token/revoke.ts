import { asKeyturnError, KeyturnError } from '../../errors.ts';
import { resolveProfile } from '../../token/profileFile.ts';
import type { TokenProfile } from '../../token/profile.ts';
import type { Revocation } from '../../token/proof.ts';
import { parseArguments, type Command, type ExitCode } from '../command.ts';
import { palette, printable, type Streams } from '../streams.ts';
import { describeRevocations, jsonLine } from './proofShared.ts';
import { oneName, openPlace, placeHelp, placeOptions, type Place } from './shared.ts';

export const revokeCommand: Command = {
  name: 'token revoke',
  summary: 'End a token at its issuer, then forget it',
  usage: 'NAME | --issuer URL [--json] [options]',
  help: `Usage: keyturn token revoke NAME [--json] [options]
       keyturn token revoke --issuer URL [--json] [options]

Asks the issuer to end the refresh token and the access token, then deletes them from the keychain. What
the issuer did not end is kept. The answer to a revocation proves little: where the issuer can be asked whether the
token is still active, it is asked.

  --issuer URL       every token of this issuer that the nearest keyturn.json declares
  --json             {name, forgotten, results: [{kind, outcome, text, error}], error}; one line a token. outcome is
                     ended, accepted, still_active, unsupported or failed
${placeHelp}

Exit codes: 0 ended or accepted, 1 something was not ended, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, {
      ...placeOptions,
      issuer: { type: 'string' },
      json: { type: 'boolean' },
    });
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
      throw new KeyturnError('token_missing', `No token of the issuer ${issuer ?? ''} is held.`);
    }
    let code: ExitCode = 0;
    for (const profile of found) {
      try {
        code = (await revokeOne(place, profile, { streams, json, signal })) === 0 ? code : 1;
      } catch (thrown) {
        const error = asKeyturnError(thrown);
        if (error.code === 'cancelled') throw error;
        code = 1;
        tell(place, profile.name, { streams, json }, [], false, error);
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
  const { tokens, proofs } = place.session;
  const entry = await tokens.peek(profile);
  const cause = 'keyturn token revoke';
  const { results, forgotten } = await proofs.revoke(entry, {
    interactive: false,
    signal: telling.signal,
    cause,
  });
  tell(place, profile.name, telling, results, forgotten, null);
  return forgotten ? 0 : 1;
}

function tell(
  { session }: Place,
  name: string,
  { streams, json }: Telling,
  results: readonly Revocation[],
  forgotten: boolean,
  error: KeyturnError | null,
): void {
  if (json) {
    const failure = error && { code: error.code, message: error.message };
    streams.out.write(jsonLine({ name, forgotten, results, error: failure }, session.mask));
    return;
  }
  const paint = palette(streams.err, streams.env);
  const end = forgotten ? 'It is deleted here.' : 'It is kept here.';
  const said = error === null ? end : `${error.message} ${end}`;
  const text = `${paint.bold(printable(name))}  ${printable(said)}\n${describeRevocations(results, paint)}`;
  streams.err.write(session.mask(text));
}

/** Declared profiles of an issuer for which something is held. */
async function profilesOf({ session, from, variables }: Place, issuer: string): Promise<TokenProfile[]> {
  const found: TokenProfile[] = [];
  for (const declared of (await session.profiles.file(from))?.profiles ?? []) {
    let profile: TokenProfile;
    try {
      profile = resolveProfile(declared, (variable) => variables.get(variable));
    } catch (error) {
      // A profile whose variables are not filled here is of no issuer.
      if (KeyturnError.is(error)) continue;
      throw error;
    }
    if (profile.issuer !== issuer) continue;
    if ((await session.tokens.peek(profile)).token !== null) found.push(profile);
  }
  return found;
}
