import type { ProfileOptions } from './profile.ts';

/** Replaces the variables of one text. Fails with `profile_invalid`. */
export type Fill = (text: string) => string;

/**
 * The options with their variables replaced, in every string: parameters, claims and arguments too. The program of a
 * command stays as it is written. `refuse` makes the error for a value that would turn an argument into an option.
 */
export function resolveOptions(
  options: ProfileOptions,
  fill: Fill,
  refuse: (message: string) => Error,
): ProfileOptions {
  const text = (value: string | null) => (value === null ? null : fill(value));
  const { authorizationParameters, claims, command } = options;
  return {
    authorizationEndpoint: text(options.authorizationEndpoint),
    deviceAuthorizationEndpoint: text(options.deviceAuthorizationEndpoint),
    introspectionEndpoint: text(options.introspectionEndpoint),
    revocationEndpoint: text(options.revocationEndpoint),
    jwksUri: text(options.jwksUri),
    redirectUri: text(options.redirectUri),
    prompt: text(options.prompt),
    loginHint: text(options.loginHint),
    acrValues: text(options.acrValues),
    maxAge: options.maxAge,
    authorizationParameters:
      authorizationParameters === null ? null : mapValues(authorizationParameters, (value) => fill(value)),
    dpop: options.dpop,
    username: text(options.username),
    subjectToken: text(options.subjectToken),
    actorToken: text(options.actorToken),
    subjectTokenType: text(options.subjectTokenType),
    actorTokenType: text(options.actorTokenType),
    requestedTokenType: text(options.requestedTokenType),
    claims: claims === null ? null : mapValues(claims, (value) => fillJson(value, fill)),
    algorithm: text(options.algorithm),
    keyId: text(options.keyId),
    lifetime: options.lifetime,
    keyFile: text(options.keyFile),
    certificateFile: text(options.certificateFile),
    assertionAudience: options.assertionAudience,
    command: command === null ? null : fillCommand(command, fill, refuse),
    tokenPointer: text(options.tokenPointer),
    expiryPointer: text(options.expiryPointer),
    provider: text(options.provider),
    keychainService: text(options.keychainService),
    keychainAccount: text(options.keychainAccount),
    variable: text(options.variable),
  };
}

/** An argument that was written as an operand must not become an option: `--config=…` can run other programs. */
function fillCommand(
  command: readonly string[],
  fill: Fill,
  refuse: (message: string) => Error,
): readonly string[] {
  return command.map((written, index) => {
    if (index === 0) return written;
    const filled = fill(written);
    if (filled !== written && isOption(filled) && !isOption(written)) {
      throw refuse('a variable turns an argument of "command" into an option.');
    }
    return filled;
  });
}

function isOption(argument: string): boolean {
  return argument.startsWith('-') || (process.platform === 'win32' && argument.startsWith('/'));
}

/** The depth of keyturn.json is bounded by its parser. */
function fillJson(value: unknown, fill: Fill): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((item: unknown) => fillJson(item, fill));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fillJson(item, fill)]));
}

function mapValues<Value, Result>(
  object: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}
