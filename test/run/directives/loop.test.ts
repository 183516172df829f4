import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { onCleanup } from '../../http/support.ts';
import { engineOver, type EngineSetup } from '../support.ts';

async function looping(setup: Partial<EngineSetup> = {}) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push(path);
    response.statusCode = path.includes('bad') ? 404 : 200;
    response.end(path);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { run } = engineOver({ profiles: [], ...setup });
  const send = async (text: string, changes: Parameters<typeof run>[1] = {}) => {
    seen.length = 0;
    const result = await run(text.replaceAll('ORIGIN', origin), { dialect: 'httpyac', ...changes });
    return { result, error: result.error, seen: [...seen], notes: result.done };
  };
  return { send };
}

describe('a loop', () => {
  it('sends the request once for each pass, counted from 0', async () => {
    const { send } = await looping();
    const { seen, notes, result } = await send('# @loop for 3\nGET ORIGIN/{{$index}}');
    expect(seen).toEqual(['/0', '/1', '/2']);
    expect(notes).toEqual(['`# @loop`: 3 of 3 passes: 200 (3). This is pass 3.']);
    expect(result.response?.url).toMatch(/\/2$/);
    expect((await send('// @loop for n of 2\nGET ORIGIN/{{n}}')).seen).toEqual(['/0', '/1']);
  });

  it('goes through a list of a variable, and its members', async () => {
    const { send } = await looping();
    const list = '@list = [{"id": 7, "tag": {"a": "x"}}, {"id": 8}, "plain"]';
    expect(
      (await send(`${list}\n###\n# @loop for item of list\nGET ORIGIN/{{item.id}}{{item.tag.a}}`)).error,
    ).toMatchObject({
      code: 'unsupported',
    });
    const { seen } = await send(
      `${list}\n@url = ORIGIN/{{item}}\n###\n# @loop for item of list\nGET {{url}}`,
    );
    expect(seen.map(decodeURIComponent)).toEqual(['/{"id":7,"tag":{"a":"x"}}', '/{"id":8}', '/plain']);
    expect((await send('# @loop for a of ["x", "y"]\nGET ORIGIN/{{a}}')).seen).toEqual(['/x', '/y']);
    expect((await send('# @loop for a of [{"b": {"c": "z"}}]\nGET ORIGIN/{{a.b.c}}')).seen).toEqual(['/z']);
  });

  it('shows the first pass that was refused, and stops at the first that failed', async () => {
    const { send } = await looping();
    const refused = await send('# @loop for a of ["x", "bad", "y"]\nGET ORIGIN/{{a}}');
    expect(refused.seen).toEqual(['/x', '/bad', '/y']);
    expect(refused.result.response?.status).toBe(404);
    expect(refused.notes).toEqual(['`# @loop`: 3 of 3 passes: 200, 404, 200. This is pass 2.']);
    const failed = await send('# @loop for a of [{"b": "x"}, {}, {"b": "y"}]\nGET ORIGIN/{{a.b}}');
    expect(failed.error).toMatchObject({ code: 'unsupported' });
    expect(failed.seen).toEqual(['/x']);
    expect(failed.notes).toEqual(['`# @loop`: 2 of 3 passes: 200, unsupported. This is pass 2.']);
  });

  it.each([
    ['@list = 3', 'request_invalid', 'which is no JSON array'],
    ['@other = []', 'request_invalid', 'which is not defined'],
    ['@list = []', 'request_disabled', 'has no items'],
  ])('%s: nothing is sent', async (variable, code, words) => {
    const { send } = await looping();
    const { error, seen } = await send(`${variable}\n###\n# @loop for a of list\nGET ORIGIN/`);
    expect(error).toMatchObject({ code });
    expect(error?.message).toContain(words);
    expect(seen).toEqual([]);
  });

  it('does not go through a secret, nor without end', async () => {
    const { send } = await looping();
    expect(
      (await send('@tokens = ["a"]\n@token = ["a"]\n###\n# @loop for a of token\nGET ORIGIN/')).error
        ?.message,
    ).toContain('which is a secret');
    expect((await send('# @loop for 999999999\nGET ORIGIN/')).error?.message).toContain('at most 10000');
  });

  it('asks once for all passes, and confirms once', async () => {
    let asked = 0;
    let confirmed = 0;
    const { send } = await looping({
      value: () => Promise.resolve(`v${++asked}`),
      confirmSend: () => Promise.resolve(++confirmed > 0),
    });
    expect((await send('# @note\n# @loop for 2\nGET ORIGIN/{{$input What}}')).seen).toEqual(['/v1', '/v1']);
    expect([asked, confirmed]).toEqual([1, 1]);
  });

  it('ends when it is cancelled', async () => {
    const stop = new AbortController();
    const { send } = await looping({
      value: () => {
        stop.abort();
        return Promise.resolve('x');
      },
    });
    const { error, seen } = await send('# @loop for 5\nGET ORIGIN/{{$input What}}', { signal: stop.signal });
    expect(error?.code).toBe('cancelled');
    expect(seen.length).toBeLessThan(2);
  });
});
