import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { SendQuestion } from '../../src/run/engine.ts';
import { onCleanup } from '../http/support.ts';
import { engineOver } from './support.ts';

/** Counts the requests that arrive. */
async function counting(): Promise<{ origin: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe('whether a request is sent', () => {
  it('never sends a disabled request, and says how to enable it', async () => {
    const { origin, seen } = await counting();
    const { run } = engineOver({ profiles: [] });
    const { error } = await run(`# a\n# @disabled\nDELETE ${origin}/all`, { confirmed: true });
    expect(error).toEqual({
      code: 'request_disabled',
      message: 'This request is disabled by `# @disabled` on line 2.',
      hint: 'Remove that line to send it.',
    });
    expect((await run(`# @disabled env != "x"\nDELETE ${origin}/all`)).error?.code).toBe('unsupported');
    expect(seen).toEqual([]);
  });

  it('asks before it sends a request with a note, once, and before a token is obtained', async () => {
    const { origin, seen } = await counting();
    const questions: SendQuestion[] = [];
    let answer = false;
    const { run } = engineOver({
      profiles: [],
      confirmSend: (question) => {
        questions.push(question);
        return Promise.resolve(answer);
      },
    });
    const text = `# @name drop\n# @note This is production\n# @token nobody\nDELETE ${origin}/all`;
    expect((await run(text)).error?.code).toBe('cancelled');
    expect(questions).toEqual([
      { note: 'This is production', method: 'DELETE', url: `${origin}/all`, name: 'drop', line: 3 },
    ]);
    const withKey = `# @name token=hunter2\n# @note Use --api-key hunter2\nGET ${origin}/a`;
    expect((await run(withKey)).error?.code).toBe('cancelled');
    expect(questions.pop()).toMatchObject({ name: 'token=•••', note: 'Use --api-key •••' });
    answer = true;
    // Asked first, then the token is looked for.
    expect((await run(text)).error?.code).toBe('profile_unknown');
    expect((await run(`# @note\nDELETE ${origin}/all`)).error).toBeNull();
    expect(seen).toEqual(['DELETE /all']);
    expect(questions).toHaveLength(3);
  });

  it('asks nothing about a request that was confirmed, or that cannot be sent anyway', async () => {
    const { origin, seen } = await counting();
    const { run } = engineOver({
      profiles: [],
      confirmSend: () => Promise.reject(new Error('there must be no question')),
    });
    expect((await run(`# @note x\nDELETE ${origin}/all`, { confirmed: true })).error).toBeNull();
    expect((await run(`# @note x\n# @loop while a\nDELETE ${origin}/all`)).error?.code).toBe('unsupported');
    expect(seen).toEqual(['DELETE /all']);
  });

  it('refuses a method that is a slip instead of a GET to a strange address', async () => {
    const { origin, seen } = await counting();
    const { run } = engineOver({ profiles: [] });
    expect((await run(`DELTE ${origin}/all`)).error).toMatchObject({
      code: 'request_invalid',
      hint: 'Did you mean DELETE?',
    });
    expect(seen).toEqual([]);
  });

  it('tells beside the result what was not run', async () => {
    const { origin } = await counting();
    const { run } = engineOver({ profiles: [] });
    const result = await run(`GET ${origin}\n?? status == 500\n>> out.json\n`);
    expect(result.response?.status).toBe(200);
    expect(result.notRun).toEqual([
      { kind: 'assertion', line: 1, text: '?? status == 500' },
      { kind: 'redirection', line: 2, text: '>> out.json' },
    ]);
  });
});
