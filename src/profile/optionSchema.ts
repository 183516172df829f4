import * as v from 'valibot';

const text = (name: string) => v.exactOptional(v.string(`"${name}" must be a string.`));
const seconds = (name: string) => v.exactOptional(v.number(`"${name}" must be a number of seconds.`));

/** The properties of `ProfileOptions` as they are written: types only, their meaning is checked by `checkProfile`. */
export const optionEntries = {
  authorizationEndpoint: text('authorizationEndpoint'),
  deviceAuthorizationEndpoint: text('deviceAuthorizationEndpoint'),
  introspectionEndpoint: text('introspectionEndpoint'),
  revocationEndpoint: text('revocationEndpoint'),
  jwksUri: text('jwksUri'),
  redirectUri: text('redirectUri'),
  prompt: text('prompt'),
  loginHint: text('loginHint'),
  acrValues: text('acrValues'),
  maxAge: seconds('maxAge'),
  authorizationParameters: v.exactOptional(
    v.record(
      v.string(),
      v.string('A parameter of the authorization request must be a string.'),
      '"authorizationParameters" must be an object of strings.',
    ),
  ),
  dpop: v.exactOptional(v.boolean('"dpop" must be true or false.')),
  username: text('username'),
  subjectToken: text('subjectToken'),
  actorToken: text('actorToken'),
  subjectTokenType: text('subjectTokenType'),
  actorTokenType: text('actorTokenType'),
  requestedTokenType: text('requestedTokenType'),
  claims: v.exactOptional(v.record(v.string(), v.unknown(), '"claims" must be an object.')),
  algorithm: text('algorithm'),
  keyId: text('keyId'),
  lifetime: seconds('lifetime'),
  keyFile: text('keyFile'),
  certificateFile: text('certificateFile'),
  assertionAudience: v.exactOptional(
    v.picklist(['issuer', 'token_endpoint'], '"assertionAudience" must be "issuer" or "token_endpoint".'),
  ),
  command: v.exactOptional(
    v.array(
      v.string('The program and each of its arguments must be a string.'),
      '"command" must be a list: the program, then its arguments.',
    ),
  ),
  tokenPointer: text('tokenPointer'),
  expiryPointer: text('expiryPointer'),
  provider: text('provider'),
  keychainService: text('keychainService'),
  keychainAccount: text('keychainAccount'),
  variable: text('variable'),
};
