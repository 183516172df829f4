import { grantOf, signsIn } from '../../profile/grants/all.ts';
import { KeyturnError } from '../../base/errors.ts';
import { secretKey, type SecretKind } from '../../profile/key.ts';
import { originFault } from '../../profile/originFault.ts';
import { pastedProfile, type SendAs, type TokenProfile } from '../../profile/profile.ts';
import { isValidName } from '../../profile/name.ts';
import { sendAsFault } from '../../profile/check.ts';
import { withoutScheme } from '../../inspect/pastedText.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { visible } from '../../base/visible.ts';
import { requireKey, requireUse } from './secretUse.ts';
import { parseArguments, type Command } from '../command.ts';
import { atServers } from '../ask/secretAsker.ts';
import { canAsk, readSecret } from '../ask/secretPrompt.ts';
import type { Streams } from '../output/streams.ts';
import { namedSecret, secretOptions } from './secretOptions.ts';
import { oneName, openPlace, type Place, placeHelp, placeOptions } from './shared.ts';

const options = {
  ...placeOptions,
  ...secretOptions,
  origin: { type: 'string', multiple: true },
  header: { type: 'string' },
  query: { type: 'string' },
} as const;

export const addCommand: Command = {
  options,
  help: `Usage: keyturn token add NAME [options]

Reads a secret from a prompt or a pipe and stores it in the system's keychain: the token of a static profile, the
refresh token of a refresh_token profile, or the secret that an option names. A token that no keyturn.json
declares needs --origin. Keys are PEM or JWK, for example \`< key.pem\`.

  --client-secret    store the client secret instead of a token
  --password         store the password of the grant "password"
  --private-key      store the key that signs assertions or tokens
  --verification-key store the key or shared secret for \`token verify\`, instead of the issuer's keys
  --decryption-key   store the key that decrypts tokens
  --origin ORIGIN    allow this origin, such as https://api.example.com; repeatable
  --header NAME      send the token in this header, such as X-API-Key, instead of Authorization: Bearer
  --query NAME       send the token in this query parameter
${placeHelp}

Exit codes: 0 stored, 1 not stored, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const name = oneName(positionals, 'add');
    await using place = await openPlace(streams, values, signal);
    const own = values.origin !== undefined;
    const profile = own
      ? profileFromOptions(name, values.origin ?? [], values.header, values.query)
      : await declared(place.find(name));
    if (
      own &&
      (await place.session.profiles.file(place.from))?.profiles.some((known) => known.name === name)
    ) {
      throw new KeyturnError('usage', `keyturn.json declares ${name}. Change its origins there.`);
    }
    if (!own && (values.header !== undefined || values.query !== undefined)) {
      throw new KeyturnError(
        'usage',
        '`--header` and `--query` need `--origin`. A profile has "sendAs" instead.',
      );
    }
    const other = namedSecret(values, profile);
    if (other !== null) {
      const { kind, words, lines } = other;
      requireUse(kind, profile);
      const whose = `${words} for ${name}`;
      const secret = await readSecret(
        streams,
        `The ${whose}${await goesTo(kind, profile, place, streams)}: `,
        signal,
        { lines },
      );
      if (kind === 'private_key') await requireKey(secret, profile);
      await place.session.store.setSecret(secretKey(kind, profile), secret);
      streams.err.write(`Stored the ${words} for ${visible(name)}.\n`);
      return 0;
    }
    if (grantOf(profile.grant).pasted === null) {
      throw new KeyturnError(
        'usage',
        `You can't add the token ${name}: Keyturn obtains it (${profile.grant}).`,
        {
          hint: howToObtain(profile),
        },
      );
    }
    const what = grantOf(profile.grant).pasted === 'refresh_token' ? 'Refresh token' : 'Token';
    const to = what === 'Token' ? '' : await goesTo('refresh_token', profile, place, streams);
    const entered = await readSecret(streams, `${what} ${name}${to}: `, signal);
    // Another header or a query parameter may want such words in its value.
    const value = 'scheme' in profile.sendAs ? withoutScheme(entered) : entered;
    await place.session.tokens.add(profile, value, { signal, cause: 'keyturn token add' });
    streams.err.write(
      `Stored the token ${visible(name)}. Allowed origins: ${shownAddresses(profile.origins)}.\n`,
    );
    return 0;
  },
};

function howToObtain({ name, grant, clientId }: TokenProfile): string {
  if (signsIn(grant)) return `Sign in: \`keyturn token login ${name}\`.`;
  const { from, secrets } = grantOf(grant);
  return from === 'server' && secrets.length === 0
    ? `To store its client secret: \`keyturn token add ${name} --client-secret\`.`
    : `\`keyturn token refresh ${name}\` obtains it now${clientId === null ? '' : '; --client-secret stores the secret of its client'}.`;
}

/** The servers that receive the secret; empty for a key that only verifies or decrypts, and in a pipe. */
async function goesTo(
  kind: SecretKind | 'refresh_token',
  profile: TokenProfile,
  { session }: Place,
  streams: Streams,
): Promise<string> {
  if (!canAsk(streams) || kind === 'verification_key' || kind === 'decryption_key' || kind === 'dpop_key')
    return '';
  return visible(atServers(await session.findReceivers(profile, kind)));
}

async function declared(finding: Promise<TokenProfile>): Promise<TokenProfile> {
  try {
    return await finding;
  } catch (error) {
    if (!KeyturnError.is(error, 'profile_unknown')) throw error;
    throw new KeyturnError('profile_unknown', error.message, {
      hint: 'Declare it in a keyturn.json, or allow an origin with `--origin`.',
    });
  }
}

function profileFromOptions(
  name: string,
  origins: readonly string[],
  header: string | undefined,
  query: string | undefined,
): TokenProfile {
  if (!isValidName(name))
    throw new KeyturnError('usage', 'A token name must not contain white space, quotes or brackets.');
  if (header !== undefined && query !== undefined) {
    throw new KeyturnError('usage', 'Use `--header` or `--query`, not both.');
  }
  for (const origin of origins) {
    const fault = originFault(origin);
    if (fault !== null) throw new KeyturnError('usage', fault.message);
  }
  const sendAs: SendAs =
    header !== undefined ? { header } : query !== undefined ? { query } : { scheme: 'Bearer' };
  const fault = sendAsFault(sendAs);
  if (fault !== null) throw new KeyturnError('usage', fault);
  return pastedProfile(name, origins, sendAs);
}
