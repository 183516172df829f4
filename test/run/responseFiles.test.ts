import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import type { ResponseFiles } from '../../src/run/responseFiles.ts';
import { onCleanup } from '../http/support.ts';
import { engineOver, type RunChanges } from './support.ts';

/** Answers with a body, counts, and keeps what goes into files. */
async function setup() {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end('the body');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  const written: [path: string, body: string, overwrites: boolean, from: string][] = [];
  const responseFiles: ResponseFiles = {
    check: ({ path }) =>
      path.startsWith('..')
        ? Promise.reject(new KeyturnError('file_unreadable', 'It is outside.'))
        : Promise.resolve(),
    write({ path, overwrites }, from, body) {
      if (path === 'full') return Promise.reject(new KeyturnError('file_unreadable', 'There is no room.'));
      written.push([path, Buffer.from(body).toString(), overwrites, from]);
      return Promise.resolve(`${path}-1`);
    },
  };
  const { run } = engineOver({ profiles: [], responseFiles });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    written,
    requests: () => requests,
    run: (lines: string, changes?: RunChanges) => run(`@n = 7\n\n###\nGET ${origin}\n\n${lines}`, changes),
  };
}

describe('the response of a request', () => {
  it('goes to every file that the request names, variables replaced, and the notes say where', async () => {
    const { run, written } = await setup();
    const result = await run('>> ./a-{{n}}.json\n>>! b c.json\n<> ./earlier.json');
    expect(result.error).toBeNull();
    expect(written).toEqual([
      ['./a-7.json', 'the body', false, '/w/a.http'],
      ['b c.json', 'the body', true, '/w/a.http'],
    ]);
    expect(result.done).toEqual([
      'Keyturn wrote the response to ./a-7.json-1.',
      'Keyturn wrote the response to b c.json-1.',
    ]);
    expect(result.notRun).toEqual([]);
  });

  it('is not asked for where its file may not be written', async () => {
    const { run, requests } = await setup();
    expect((await run('>> ../out')).error?.message).toBe('It is outside.');
    expect((await run('>> out', { options: { trusted: false } })).error?.code).toBe('untrusted_workspace');
    expect((await run('>> out-{{gone}}')).error?.code).toBe('variable_unknown');
    expect(requests()).toBe(0);
  });

  it('stands beside the error where its file cannot be written after all', async () => {
    const { run } = await setup();
    const result = await run('>> full');
    expect(result.response?.status).toBe(200);
    expect(result.error).toMatchObject({ code: 'file_unreadable', message: 'There is no room.' });
  });

  it('is written nowhere where it is not whole, or went to the file that the person chose', async () => {
    const { run, written } = await setup();
    expect((await run('>> out', { options: { maxBodyBytes: 3 } })).notes).toEqual([
      "The body is not whole, so Keyturn didn't write it to the file of line 6.",
    ]);
    expect((await run('>> out', { options: { saveBodyTo: '/tmp/x' } })).notes).toEqual([
      'The body went to the file that you chose, and not to that of line 6.',
    ]);
    expect(written).toEqual([]);
  });

  it('goes to no file whose name holds a secret', async () => {
    const { run, requests } = await setup();
    expect((await run('>> {{apiKey}}', {})).error?.code).toBe('variable_unknown');
    const { run: other } = engineOver({ profiles: [] });
    const result = await other(
      '@apiKey = abcdefgh1234\n\n###\nGET http://127.0.0.1:1\n\n>> out-{{apiKey}}.json',
    );
    expect(result.error).toMatchObject({ code: 'request_invalid' });
    expect(result.error?.message).toBe('There is a secret in the path on line 6.');
    expect(requests()).toBe(0);
  });
});
