import { KeyturnError } from '../../base/errors.ts';
import { isSecureUrl } from '../../profile/origin.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import { parseUrl } from '../../base/url.ts';
import { parseArguments, type Command } from '../command.ts';
import { palette } from '../output/streams.ts';
import { describeVerification, entryToProve, jsonLine, verificationJson } from './inspectionShared.ts';
import { oneName, openPlace, placeHelp, placeOptions } from './shared.ts';

const options = {
  ...placeOptions,
  issuer: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const verifyCommand: Command = {
  options,
  help: `Usage: keyturn token verify NAME [--json] [options]

Verifies the signature of a JWT with the published keys of its issuer (or "jwksUri"), or with a stored
verification key, and checks issuer, audience, type and times. Keyturn decrypts an encrypted token with the stored
decryption key. Store such keys with \`keyturn token add NAME --verification-key\` or \`--decryption-key\`. Keyturn
obtains a token that is not stored yet.

  --issuer URL       the issuer to trust, for a token whose profile names none
  --json             {name, status, code, reason, hint, key, checks, opened, checkedAt}; status is verified,
                     not_verified (no result) or invalid
${placeHelp}

Exit codes: 0 verified, 1 invalid or not verified, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const name = oneName(positionals, 'verify');
    await using place = await openPlace(streams, values, signal);
    const cause = 'keyturn token verify';
    const profile = await place.find(name);
    const issuer = values.issuer === undefined ? {} : { issuer: issuerOf(values.issuer, profile) };
    const entry = await entryToProve(place, profile, signal, cause);
    const { inspections, mask } = place.session;
    const verification = await inspections.verify(entry, { interactive: false, signal, cause, ...issuer });
    streams.out.write(
      values.json === true
        ? jsonLine(verificationJson(name, verification), mask)
        : mask(describeVerification(name, verification, palette(streams.out, streams.env))),
    );
    return verification.status === 'verified' ? 0 : 1;
  },
};

/** Fails with `usage` for what can be no issuer, and where the profile names another: that one would be asked. */
function issuerOf(text: string, { name, issuer }: TokenProfile): string {
  const url = parseUrl(text);
  if (url === null || !isSecureUrl(url)) {
    throw new KeyturnError('usage', '`--issuer` takes an address such as https://id.example.com.');
  }
  if (issuer !== null && issuer !== text) {
    throw new KeyturnError('usage', `The profile of ${name} names another issuer: ${issuer}.`, {
      hint: 'Omit `--issuer`, or change the "issuer" in keyturn.json.',
    });
  }
  return text;
}
