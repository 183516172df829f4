import { grantOf, OPTIONS } from './grants/all.ts';
import { isSharedAlong, keyFilePath } from './keys/keyFile.ts';
import { OPTION_NAMES } from './options.ts';
import type { Option } from './options/option.ts';
import { ALGORITHMS } from './options/signing.ts';
import type { TokenProfile } from './profile.ts';
import { hasVariable } from './variables.ts';

/** Tells what is wrong with one property; `path` leads to it inside the profile. */
export type AddOptionFault = (
  code: 'value_invalid' | 'secret_in_file',
  path: readonly (string | number)[],
  message: string,
) => void;

/** Checks the options of a profile. Strings that still hold `{{variables}}` are left for later. */
export function checkOptions(profile: TokenProfile, add: AddOptionFault): void {
  for (const name of OPTION_NAMES) {
    const option: Option<unknown> = OPTIONS[name];
    const value = profile.options[name];
    if (value === null) continue;
    option.check(value, name, (message, path = [], code = 'value_invalid') => {
      add(code, [name, ...path], message);
    });
  }
  checkAlgorithm(profile, add);
  checkFiles(profile, add);
  checkDpop(profile, add);
}

function checkAlgorithm({ grant, clientAuthentication, options }: TokenProfile, add: AddOptionFault): void {
  const { algorithm } = options;
  if (algorithm === null || !ALGORITHMS.includes(algorithm)) return;
  // With the grants that sign a JWT of their own, the algorithm is that of their key.
  const ofAssertion = !grantOf(grant).secrets.includes('private_key');
  const symmetric = algorithm.startsWith('HS');
  if (ofAssertion && clientAuthentication === 'client_secret_jwt' && !symmetric) {
    add(
      'value_invalid',
      ['algorithm'],
      'client_secret_jwt signs with the client secret: HS256, HS384 or HS512.',
    );
  }
  if (ofAssertion && clientAuthentication === 'private_key_jwt' && symmetric) {
    add(
      'value_invalid',
      ['algorithm'],
      'private_key_jwt signs with a private key: RS256, PS256, ES256, EdDSA or the like.',
    );
  }
}

function checkFiles({ options, declaredIn }: TokenProfile, add: AddOptionFault): void {
  for (const name of ['keyFile', 'certificateFile'] as const) {
    const text = options[name];
    if (text === null || hasVariable(text)) continue;
    const path = text.includes('\0') ? null : keyFilePath(text);
    if (path === null) {
      add('value_invalid', [name], `"${name}" must be an absolute path, or one that starts with "~/".`);
    } else if (name === 'keyFile' && isSharedAlong(path, declaredIn)) {
      add(
        'secret_in_file',
        [name],
        'The key file is in the folder of keyturn.json, which is shared: move it elsewhere.',
      );
    }
  }
}

function checkDpop({ options, sendAs }: TokenProfile, add: AddOptionFault): void {
  if (!options.dpop) return;
  const fits = 'scheme' in sendAs && (hasVariable(sendAs.scheme) || sendAs.scheme.toLowerCase() === 'dpop');
  if (!fits) {
    add(
      'value_invalid',
      ['sendAs'],
      'With "dpop", Keyturn sends the token as Authorization: DPoP: remove "sendAs".',
    );
  }
}
