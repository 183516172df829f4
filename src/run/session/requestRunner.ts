import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Files } from '../../base/files.ts';
import { untrusted } from '../../base/untrusted.ts';
import { headerValues } from '../../http/message.ts';
import type { Exchange } from '../../httpfile/earlier/exchange.ts';
import { requestNamed } from '../../httpfile/earlier/references.ts';
import { select, selectValue } from '../../httpfile/earlier/select.ts';
import { quotedPart } from '../../httpfile/resolve/quotedPart.ts';
import type { TokenProfile } from '../../profile/profile.ts';
import type { RequestAnswer, RequestRun, RequestRunner } from '../../sources/request.ts';
import type { Engine, RunOptions } from '../engine.ts';
import { Imports } from './imports.ts';
import { readRequestFile } from './readRequestFile.ts';
import { Session } from './session.ts';
import { SessionMemory } from './sessionMemory.ts';

export interface RequestRunnerParts {
  readonly files: Pick<Files, 'read' | 'resolve'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Loads what sending needs. */
  engine(): Promise<Engine>;
  /** With what the profile was filled: its request goes with the same. */
  variables(profile: TokenProfile, file: string): Promise<ReadonlyMap<string, string>>;
  /** How requests of a file are sent. */
  options(file: string): RunOptions;
}

/**
 * Sends the requests that profiles name, each in a session of its own: what it needs goes first, and nothing of it stays.
 */
export function createRequestRunner(parts: RequestRunnerParts): RequestRunner {
  return { run: (request, how) => run(parts, request, how) };
}

async function run(
  parts: RequestRunnerParts,
  request: string,
  { profile, refreshToken, signal }: RequestRun,
): Promise<RequestAnswer> {
  const { files, clock } = parts;
  const { declaredIn } = profile;
  const [, path = '', name = ''] = /^([^#]*)#(.*)$/.exec(request) ?? [];
  if (declaredIn === null) throw failure(profile, request, 'profile_invalid', 'no keyturn.json names it.');
  const file = files.resolve(declaredIn, path);
  const sending = parts.options(file);
  if (!sending.trusted) throw untrusted('Keyturn obtains tokens only in a trusted workspace.', 'log in');
  const shown = quotedPart(path);
  const tree = await readRequestFile(files, { location: file, from: declaredIn, name: shown, shown, signal });
  const node = requestNamed(tree, name);
  if (node === null) {
    throw failure(profile, request, 'request_not_found', 'the file has no request of that name.', {
      hint: `Name one with # @name ${quotedPart(name)}.`,
    });
  }
  const memory = new SessionMemory();
  const session = new Session({
    engine: await parts.engine(),
    memory,
    imports: new Imports(files),
    variables: {},
    tokenName: null,
    confirmed: false,
    rules: { strict: false, skipsDisabled: false },
    obtains: { profile, refreshToken },
    dependencies: true,
    now: () => clock.now(),
  });
  const environment = await parts.variables(profile, file);
  const input = { file, tree, environment, options: { ...sending, saveBodyTo: null } };
  const { result } = await session.run(input, node, signal);
  if (result.error !== null) {
    const { code, message, hint } = result.error;
    if (code === 'cancelled') throw new KeyturnError('cancelled', 'Cancelled.');
    throw failure(profile, request, code, message, hint === null ? {} : { hint });
  }
  const exchange = memory.exchanges.find(file, name);
  if (exchange === null) throw failure(profile, request, 'response_invalid', 'there is no response.');
  return answerOf(exchange, node.line);
}

function answerOf(exchange: Exchange, line: number): RequestAnswer {
  const { name, origin, response } = exchange;
  return {
    status: response.status,
    origin,
    async value(place) {
      const header = /^header:\s*(.*)$/i.exec(place)?.[1];
      if (header === undefined) return selectValue(exchange, place, line);
      const { length } = headerValues(response.headers, header);
      if (length > 1) {
        const message = `The response of ${quotedPart(name)} has the header ${quotedPart(header)} ${length} times (line ${line + 1}).`;
        throw new KeyturnError('variable_invalid', message);
      }
      return select(exchange, { name, message: 'response', part: { kind: 'header', header } }, line);
    },
  };
}

function failure(
  { name }: TokenProfile,
  request: string,
  code: KeyturnError['code'],
  why: string,
  options: { readonly hint?: string } = {},
): KeyturnError {
  const message = `Couldn't obtain the token "${name}" with ${quotedPart(request)}: ${why}`;
  return new KeyturnError(code, message, { ...options, data: { token: name } });
}
