import { join } from 'node:path';
import { KeyturnError } from '../../errors.ts';
import type { TokenProfile } from '../../token/profile.ts';
import type { SignIn } from '../../token/signIn.ts';
import { parseAssignments } from '../command.ts';
import { openSession, type Session } from '../session.ts';
import type { Streams } from '../streams.ts';

/** Options that say which profiles are meant. */
export const placeOptions = {
  env: { type: 'string', short: 'e' },
  var: { type: 'string', multiple: true },
} as const;

export const placeHelp = `  -e, --env E        environment, for {{variables}} in keyturn.json
  --var NAME=VALUE   a variable that stands above all others; may be repeated`;

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
  values: { readonly env?: string | undefined; readonly var?: string[] | undefined },
  signal: AbortSignal,
  signIn: SignIn | null = null,
): Promise<Place> {
  const overrides = parseAssignments(values.var ?? []);
  const session = await openSession(streams, values.env ?? null, signal, signIn);
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
