import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/start.ts';
import { bundleSandbox } from './bundle.ts';

let bundle: Awaited<ReturnType<typeof bundleSandbox>>;
let sandbox: Sandbox;
beforeAll(async () => {
  bundle = await bundleSandbox();
  sandbox = await startSandbox({
    entry: bundle.entry,
    issuerPort: 0,
    apiPort: 0,
    limit: 5,
    windowSeconds: 60,
    headerStyle: 'draft-7',
  });
});
afterAll(async () => {
  await sandbox.stop();
  await bundle.remove();
});
beforeEach(() => setLimits({ limit: 5, windowSeconds: 60, style: 'draft-7' }));

function setLimits(limits: object): Promise<Response> {
  return fetch(`${sandbox.api}/sandbox/limits`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(limits),
  });
}

function call(query = ''): Promise<Response> {
  return fetch(`${sandbox.api}/page.html${query}`);
}

test('counts down and refuses with a wait', async () => {
  for (const left of [4, 3, 2, 1, 0]) {
    const response = await call();
    expect(response.status).toBe(200);
    expect(response.headers.get('ratelimit')).toMatch(
      new RegExp(`^limit=5, remaining=${left}, reset=(59|60)$`),
    );
  }
  const refused = await call();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(58);
  expect(await refused.json()).toMatchObject({ status: 429, detail: 'The limit is 5 requests in 60 s.' });
});

test('every style tells of the same window', async () => {
  const legacy = (await call('?style=legacy')).headers;
  expect(legacy.get('x-ratelimit-limit')).toBe('5');
  expect(legacy.get('x-ratelimit-remaining')).toBe('4');
  expect(legacy.get('ratelimit')).toBeNull();

  const draft6 = (await call('?style=draft-6')).headers;
  expect(draft6.get('ratelimit-remaining')).toBe('3');
  expect(draft6.get('ratelimit-policy')).toBe('5;w=60');

  const draft8 = (await call('?style=draft-8')).headers;
  expect(draft8.get('ratelimit-policy')).toMatch(/^"reports"; q=5; w=60/);
  expect(draft8.get('ratelimit')).toMatch(/^"reports"; r=2; t=(59|60)$/);

  const github = (await call('?style=github')).headers;
  expect(github.get('x-ratelimit-remaining')).toBe('1');
  expect(github.get('x-ratelimit-used')).toBe('4');
  expect(github.get('x-ratelimit-resource')).toBe('reports');
  const resetInSeconds = Number(github.get('x-ratelimit-reset')) - Date.now() / 1000;
  expect(resetInSeconds).toBeGreaterThan(57);
  expect(resetInSeconds).toBeLessThan(62);

  const none = await call('?style=none');
  expect([...none.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);

  const refused = await call('?style=github');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('x-ratelimit-used')).toBe('5');
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
});

test('an unknown style falls back to the one that is set', async () => {
  expect((await call('?style=other')).headers.get('ratelimit')).toContain('remaining=4');
});

test('the limits can be read and changed while it runs', async () => {
  const changed = await setLimits({ limit: 2, windowSeconds: 1 });
  expect(await changed.json()).toEqual({ limit: 2, windowSeconds: 1, style: 'draft-7' });
  expect(await (await fetch(`${sandbox.api}/sandbox/limits`)).json()).toEqual(
    await setLimits({}).then((r) => r.json()),
  );
  await call();
  await call();
  expect((await call()).status).toBe(429);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect((await call()).status).toBe(200);
});

test.each([{ limit: 0 }, { limit: '5' }, { style: 'draft-9' }, { other: 1 }, [[1]]])(
  'refuses %j as limits',
  async (limits) => {
    expect((await setLimits(limits)).status).toBe(422);
  },
);
