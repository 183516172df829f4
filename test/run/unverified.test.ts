import { createServer } from 'node:https';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificate, listen, type Pems } from '../http/support.ts';
import { profileOf } from '../token/support.ts';
import { engineOver } from './support.ts';

let pems: Pems;
beforeAll(async () => {
  pems = await certificate({ names: ['localhost'] });
});

/** A server whose certificate no authority signed, and the tokens that it got. */
async function setUp(...answers: boolean[]) {
  const got: (string | undefined)[] = [];
  const server = createServer(pems, ({ headers }, response) => {
    got.push(headers.authorization);
    response.writeHead(got.length === 1 && headers['x-refuse'] === 'yes' ? 401 : 200).end();
  });
  const { port } = await listen(server);
  const origin = `https://localhost:${port}`;
  const asked: string[] = [];
  const engine = engineOver({
    profiles: [profileOf({ origins: [origin] })],
    sendUnverified: ({ tokenName, origin: to }) => {
      asked.push(`${tokenName} ${to}`);
      return Promise.resolve(answers.shift() ?? false);
    },
  });
  return { ...engine, got, asked, origin, port };
}

describe('a token over a connection that the file does not let be verified', () => {
  it.each([
    ['named by the request', '# @token viewer\n# @insecure\nGET ORIGIN/\n', {}],
    ['picked for the send', '# @insecure\nGET ORIGIN/\n', { tokenName: 'viewer' }],
    ['in a header', '# @insecure\nGET ORIGIN/\nX-Key: {{$token viewer}}\n', {}],
    ['in the address', '# @insecure\nGET ORIGIN/?key={{$token viewer}}\n', {}],
    ['in the body', '# @insecure\nPOST ORIGIN/\n\n{{$token viewer}}\n', {}],
  ])('is not sent unasked: %s', async (_, text, changes) => {
    const { run, got, asked, origin } = await setUp();
    const { error } = await run(text.replace('ORIGIN', origin), changes);
    expect(error).toMatchObject({ code: 'certificate_not_verified' });
    expect(asked).toEqual([`viewer ${origin}`]);
    expect(got).toEqual([]);
  });

  it('goes once where the person allowed it, its repetition with it, and is asked about the next time', async () => {
    const { run, got, asked, origin } = await setUp(true);
    const text = `# @token viewer\n# @insecure\nGET ${origin}/\nX-Refuse: yes\n`;
    expect((await run(text)).response?.status).toBe(200);
    expect(got).toEqual(['Bearer access-1', 'Bearer access-2']);
    expect((await run(text)).error?.code).toBe('certificate_not_verified');
    expect(asked).toHaveLength(2);
  });

  it('costs no token when it is refused', async () => {
    const { run, calls, origin } = await setUp();
    await run(`# @token viewer\n# @insecure\nGET ${origin}/\n`);
    expect(calls).toEqual([]);
  });

  it.each([(port: number) => `localhost:${port}`, () => 'localhost'])(
    'goes unasked to a host that the settings name',
    async (hostOf) => {
      const { run, asked, origin, port } = await setUp();
      const options = { insecureHosts: [hostOf(port)] };
      for (const line of ['# @insecure\n', '']) {
        const { response } = await run(`# @token viewer\n${line}GET ${origin}/\n`, { options });
        expect(response).toMatchObject({ status: 200, tlsVerified: false });
      }
      expect(asked).toEqual([]);
    },
  );

  it('is verified where the settings name another port', async () => {
    const { run, origin, port } = await setUp();
    const options = { insecureHosts: [`localhost:${port + 1}`, `localhost${port}`] };
    const { error } = await run(`# @token viewer\nGET ${origin}/\n`, { options });
    expect(error?.code).toBe('tls_failed');
  });

  it('is asked about by no request without a token', async () => {
    const { run, asked, origin } = await setUp();
    expect((await run(`# @insecure\nGET ${origin}/\n`)).response?.status).toBe(200);
    expect(asked).toEqual([]);
  });
});
