import { grantOf, signsIn } from '../../profile/grants/all.ts';
import { join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { storeHint } from '../session/storeHint.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { SignIn } from '../../token/signIn.ts';
import type { TokenEntry } from '../../token/manager.ts';
import { authorityHelp, authorityOptions, readAuthorities } from '../session/authorities.ts';
import { parseAssignments } from '../command.ts';
import type { Session } from '../session/session.ts';
import type { Streams } from '../output/streams.ts';

/** Options that select profiles. */
export const placeOptions = {
  env: { type: 'string', short: 'e' },
  var: { type: 'string', multiple: true },
  ...authorityOptions,
} as const;

export const placeHelp = `  -e, --env E        environment, for {{variables}} in keyturn.json
  --var NAME=VALUE   set a variable, overriding files and environments; repeatable
${authorityHelp}`;

export interface Place extends AsyncDisposable {
  readonly session: Session;
  /** Any file of the working folder: profiles are looked for from there upward. */
  readonly from: string;
  readonly variables: ReadonlyMap<string, string>;
  find(name: string): Promise<TokenProfile>;
}

/** The session of a token command, seen from the working folder; `signIn` where the person may be sent to a browser. */
export async function openPlace(
  streams: Streams,
  values: {
    readonly env?: string | undefined;
    readonly var?: string[] | undefined;
    readonly ca?: string[] | undefined;
  },
  signal: AbortSignal,
  signIn: SignIn | null = null,
): Promise<Place> {
  const overrides = parseAssignments(values.var ?? []);
  const { openSession } = await import('../session/session.ts');
  const session = openSession(streams, values.env ?? null, signal, signIn, [], {
    trusted: true,
    caCertificates: await readAuthorities(streams, values.ca, signal),
  });
  const from = join(streams.cwd, 'keyturn.json');
  const variables = new Map([...(await session.environment(from)), ...Object.entries(overrides)]);
  return {
    session,
    from,
    variables,
    find: (name) => session.profiles.find(from, name, variables),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The one name that a token command takes. */
export function oneName(positionals: readonly string[], command: string): string {
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) {
    throw new KeyturnError('usage', `\`keyturn token ${command}\` takes one name.`);
  }
  return name;
}

const UNREADABLE = ['store_unavailable', 'store_locked', 'store_corrupt'] as const;

/** Fails like the keychain where Keyturn could not read it, and so does not know whether there is a token. */
export function requireKnown({ token, lastError, profile: { name } }: TokenEntry): void {
  if (token !== null || lastError === null) return;
  const code = UNREADABLE.find((one) => one === lastError.code);
  if (code === undefined) return;
  const hint =
    storeHint(code, name) ?? `Delete it with \`keyturn token remove ${name}\`, then obtain it again.`;
  throw new KeyturnError(code, lastError.message, { hint });
}

/** The error for a token that is not stored: what to do depends on the grant. */
export function notHeld({ name, grant }: TokenProfile): KeyturnError {
  const missing = (message: string, hint: string) =>
    new KeyturnError('token_missing', message, { hint, data: { token: name } });
  const { keptIn, pasted } = grantOf(grant);
  if (keptIn === 'memory') {
    return missing(
      `Keyturn does not store the token ${name}: it gets a new one in each run (${grant}).`,
      'Revoke it where it comes from.',
    );
  }
  if (pasted !== null) {
    return missing(`No token is stored for ${name}.`, `Add it: \`keyturn token add ${name}\`.`);
  }
  return signsIn(grant)
    ? missing(`You are not signed in for ${name}.`, `Sign in: \`keyturn token login ${name}\`.`)
    : missing(`No token is stored for ${name}.`, `Obtain one: \`keyturn token refresh ${name}\`.`);
}

/** The same error, in the words of `notHeld` where it says that no token is held. */
export function inWordsOfCommand(error: unknown, { token, profile }: TokenEntry): unknown {
  return token === null && KeyturnError.is(error, 'token_missing') ? notHeld(profile) : error;
}
