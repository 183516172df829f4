import { expect } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { KeyturnError } from '../../src/base/errors.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { resolveRequest, type ResolvedRequest } from '../../src/httpfile/resolve/resolve.ts';
import type { ResolveContext } from '../../src/httpfile/resolve/resolveContext.ts';
import type { Dialect } from '../../src/httpfile/parse/tree.ts';
import { memoryFiles } from './memoryFiles.ts';

export const nowMs = Date.UTC(2024, 1, 29, 13, 4, 5, 67);

export interface Options extends Partial<Omit<ResolveContext, 'files' | 'environment'>> {
  readonly dialect?: Dialect;
  readonly contents?: Record<string, string | Uint8Array>;
  readonly environment?: Record<string, string>;
  readonly index?: number;
}

/** The request of a text, in a folder `/project/api` with the files of `contents`. */
export async function resolve(text: string, options: Options = {}): Promise<ResolvedRequest> {
  const { dialect = 'rest-client', contents = {}, environment = {}, index = 0, ...rest } = options;
  const tree = parseHttpFile(text, { dialect });
  return resolveRequest({
    tree,
    node: tree.requests[index]!,
    file: '/project/api/requests.http',
    files: memoryFiles(contents),
    overrides: {},
    environment: new Map(Object.entries(environment)),
    processEnv: { HOME: '/users/me' },
    clock: { ...systemClock, now: () => nowMs },
    token: (name) => Promise.resolve(`<${name}>`),
    trusted: true,
    ...rest,
  });
}

export async function failure(text: string, options: Options = {}): Promise<KeyturnError> {
  return resolve(text, options).then(
    () => expect.fail('This should have failed.'),
    (error: unknown) => error as KeyturnError,
  );
}

export function text(body: Uint8Array | null): string | null {
  return body === null ? null : new TextDecoder().decode(body);
}
