import { isSecretVariable } from '../base/secretVariables.ts';
import { parseUrl } from '../base/url.ts';
import { isSharedAlong, keyFilePath } from './keys/keyFile.ts';
import { isLoopback } from './origin.ts';
import type { TokenProfile } from './profile.ts';
import { isSecretProperty } from './schema.ts';
import { hasVariable } from './variables.ts';

/** Tells what is wrong with one property; `path` leads to it inside the profile. */
export type AddOptionFault = (
  code: 'value_invalid' | 'secret_in_file',
  path: readonly (string | number)[],
  message: string,
) => void;

/** What `jose` signs with. `none` is not among them, and never will be (RFC 8725 section 3.2). */
const ALGORITHMS = new Set([
  ...['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'],
]);

/** Parameters of the authorization request that are made for each sign-in, or that a property says. */
const OWN_PARAMETERS: Readonly<Record<string, string | null>> = {
  acr_values: 'acrValues',
  audience: 'audience',
  client_id: 'clientId',
  code_challenge: null,
  code_challenge_method: null,
  dpop_jkt: null,
  login_hint: 'loginHint',
  max_age: 'maxAge',
  nonce: null,
  prompt: 'prompt',
  redirect_uri: 'redirectUri',
  request: null,
  request_uri: null,
  resource: 'resource',
  response_mode: null,
  response_type: null,
  scope: 'scope',
  state: null,
};

const NOT_EMPTY = [
  'prompt',
  'loginHint',
  'acrValues',
  'username',
  'subjectToken',
  'actorToken',
  'keyId',
  'provider',
  'keychainService',
  'keychainAccount',
] as const;

/** Checks the options of a profile. Strings that still hold `{{variables}}` are left for later. */
export function checkOptions(profile: TokenProfile, add: AddOptionFault): void {
  const { options } = profile;
  for (const name of NOT_EMPTY) {
    if (options[name] === '') add('value_invalid', [name], `"${name}" must not be empty.`);
  }
  for (const name of ['maxAge', 'lifetime'] as const) {
    const value = options[name];
    const least = name === 'maxAge' ? 0 : 1;
    if (value !== null && (!Number.isSafeInteger(value) || value < least)) {
      add('value_invalid', [name], `"${name}" must be a whole number of seconds.`);
    }
  }
  for (const name of ['subjectTokenType', 'actorTokenType', 'requestedTokenType'] as const) {
    const value = options[name];
    if (value !== null && !hasVariable(value) && parseUrl(value) === null) {
      add('value_invalid', [name], `"${name}" must be a URI, such as urn:ietf:params:oauth:token-type:jwt.`);
    }
  }
  for (const name of ['tokenPointer', 'expiryPointer'] as const) {
    const value = options[name];
    if (value !== null && !hasVariable(value) && !isPointer(value)) {
      add('value_invalid', [name], `"${name}" must be a JSON pointer, such as "/status/token".`);
    }
  }
  checkRedirect(options.redirectUri, add);
  checkParameters(options.authorizationParameters, add);
  checkAlgorithm(profile, add);
  checkFiles(profile, add);
  checkCommand(options.command, add);
  checkVariable(options.variable, add);
  checkDpop(profile, add);
}

/** RFC 6901 section 3. */
function isPointer(text: string): boolean {
  return (text === '' || text.startsWith('/')) && !/~(?![01])/.test(text);
}

function checkRedirect(text: string | null, add: AddOptionFault): void {
  if (text === null || text === 'editor' || text === 'loopback' || hasVariable(text)) return;
  const url = parseUrl(text);
  const fits =
    url?.protocol === 'http:' &&
    isLoopback(url) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (fits) return;
  add(
    'value_invalid',
    ['redirectUri'],
    '"redirectUri" must be "editor", "loopback" or an address of this computer, such as "http://127.0.0.1:8400/callback".',
  );
}

function checkParameters(parameters: Readonly<Record<string, string>> | null, add: AddOptionFault): void {
  for (const name of Object.keys(parameters ?? {})) {
    const path = ['authorizationParameters', name];
    const property = Object.hasOwn(OWN_PARAMETERS, name) ? OWN_PARAMETERS[name] : undefined;
    if (name === '') {
      add('value_invalid', path, 'A parameter of the authorization request needs a name.');
    } else if (property === null) {
      add('value_invalid', path, 'This parameter is made anew for each sign-in: remove it.');
    } else if (property !== undefined) {
      add('value_invalid', path, `Write this parameter as the property "${property}".`);
    } else if (isSecretProperty(name)) {
      add('secret_in_file', path, 'A secret is never sent through the browser: remove this parameter.');
    }
  }
}

function checkAlgorithm({ grant, clientAuthentication, options }: TokenProfile, add: AddOptionFault): void {
  const { algorithm } = options;
  if (algorithm === null || hasVariable(algorithm)) return;
  if (!ALGORITHMS.has(algorithm)) {
    add(
      'value_invalid',
      ['algorithm'],
      '"algorithm" must be a JWS algorithm that signs, such as RS256, ES256 or EdDSA.',
    );
    return;
  }
  // With the grants that sign a JWT of their own, the algorithm is that of their key.
  const ofAssertion = grant !== 'jwt_bearer' && grant !== 'self_signed';
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
        'The key file lies beside keyturn.json, which is shared: move it elsewhere.',
      );
    }
  }
}

function checkCommand(command: readonly string[] | null, add: AddOptionFault): void {
  if (command === null) return;
  const [program = ''] = command;
  if (program.trim() === '') {
    add('value_invalid', ['command'], '"command" must begin with the name of a program.');
  } else if (hasVariable(program)) {
    add(
      'value_invalid',
      ['command', 0],
      'The program must be written here: a variable could bring in another one.',
    );
  }
  command.forEach((argument, index) => {
    if (/[\0\r\n]/.test(argument)) {
      add('value_invalid', ['command', index], 'The program and its arguments hold no line break.');
    }
  });
}

function checkVariable(name: string | null, add: AddOptionFault): void {
  if (name === null || hasVariable(name)) return;
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    add(
      'value_invalid',
      ['variable'],
      '"variable" must be the name of an environment variable, such as API_TOKEN.',
    );
  } else if (isSecretVariable(name)) {
    add('value_invalid', ['variable'], 'This variable belongs to the profile that it is named for.');
  }
}

function checkDpop({ options, sendAs }: TokenProfile, add: AddOptionFault): void {
  if (!options.dpop) return;
  const fits = 'scheme' in sendAs && (hasVariable(sendAs.scheme) || sendAs.scheme.toLowerCase() === 'dpop');
  if (!fits) {
    add(
      'value_invalid',
      ['sendAs'],
      'With "dpop" the token is sent as Authorization: DPoP; remove "sendAs".',
    );
  }
}
