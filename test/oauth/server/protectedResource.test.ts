import { afterEach, describe, expect, it } from 'vitest';
import { describeResource, usableScopes } from '../../../src/oauth/server/protectedResource.ts';
import { tokenChallenges } from '../../../src/oauth/challenge.ts';
import { startSandboxServers } from '../sandboxServers.ts';
import { failureOf, json, listen, type TestServer } from '../support.ts';

const never = new AbortController().signal;
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(...[answer]: Parameters<typeof listen>): Promise<TestServer> {
  const server = await listen(answer);
  servers.push(server);
  return server;
}

/** An API that says this of itself wherever it is asked. */
function describing(metadata: (origin: string) => object): Promise<TestServer> {
  return start((request, response) => {
    json(response, 200, metadata(`http://${request.headers.host ?? ''}`));
  });
}

/** An API that describes itself at the address of its origin only. */
function describingAtOrigin(otherwise: Parameters<typeof listen>[0]) {
  return start((request, response, body) => {
    if (request.url !== '/.well-known/oauth-protected-resource') {
      otherwise(request, response, body);
      return;
    }
    const resource = `http://${request.headers.host ?? ''}`;
    json(response, 200, { resource, authorization_servers: ['https://id.example'] });
  });
}

const tools = { fetch, timeoutMs: 2000 };
const describeAt = (url: string, metadataUrl: string | null = null, options = tools) =>
  describeResource(new URL(url), metadataUrl, options, never);

/** A fetch that answers from a table of addresses, so that https can be tested without certificates. */
function answering(table: Readonly<Record<string, object>>) {
  const asked: string[] = [];
  const fetchFrom: typeof fetch = (input) => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push(url);
    const found = table[url];
    return Promise.resolve(found === undefined ? new Response(null, { status: 404 }) : Response.json(found));
  };
  return { asked, tools: { fetch: fetchFrom, timeoutMs: 2000 } };
}

describe('an API that describes itself (RFC 9728)', () => {
  it('is read at the address of its challenge: the sandbox', async () => {
    const sandbox = await startSandboxServers();
    try {
      const answer = await fetch(`${sandbox.api}/reports`);
      expect(answer.status).toBe(401);
      const [challenge] = tokenChallenges([...answer.headers]);
      const metadataUrl = challenge?.resourceMetadata ?? null;
      expect(metadataUrl).toBe(`${sandbox.api}/.well-known/oauth-protected-resource`);
      expect(await describeAt(`${sandbox.api}/reports`, metadataUrl)).toEqual({
        resource: sandbox.api,
        authorizationServers: [sandbox.issuer],
        scopes: ['reports:read', 'reports:write', 'reports:admin'],
        dpopRequired: false,
      });
    } finally {
      await sandbox.close();
    }
  });

  it('is looked for at the address of the path, then of the origin', async () => {
    const api = await describingAtOrigin((_request, response) => void response.writeHead(404).end());
    const found = await describeAt(`${api.origin}/v1/reports?page=2`);
    expect(found?.authorizationServers).toEqual(['https://id.example']);
    expect(api.requests).toEqual([
      'GET /.well-known/oauth-protected-resource/v1/reports',
      'GET /.well-known/oauth-protected-resource',
    ]);
  });

  it('is found behind an application that answers every address with its page', async () => {
    const api = await describingAtOrigin((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>App</title>');
    });
    expect((await describeAt(`${api.origin}/v1`))?.authorizationServers).toEqual(['https://id.example']);
  });

  it('may name a part of its origin', async () => {
    const { tools: https } = answering({
      'https://api.example/.well-known/oauth-protected-resource/v1/reports': {
        resource: 'https://api.example/v1',
        authorization_servers: ['https://id.example'],
        dpop_bound_access_tokens_required: true,
      },
    });
    const found = await describeAt('https://api.example/v1/reports', null, https);
    expect(found).toMatchObject({ resource: 'https://api.example/v1', scopes: [], dpopRequired: true });
  });
});

describe('what an API says of itself is refused', () => {
  it.each([
    ['for another origin', 'https://other.example'],
    ['for another port', 'http://127.0.0.1:1'],
    ['for another part of the origin', '/v2'],
    ['with a name that only begins alike', '/v'],
    ['with a fragment', '/#part'],
    ['with no URL', 'reports'],
    ['with a variable', '/?{{password}}'],
  ])('%s', async (_name, resource) => {
    const api = await describing((origin) => ({
      resource: resource.startsWith('/') ? origin + resource : resource,
      authorization_servers: ['https://id.example'],
    }));
    await expect(describeAt(`${api.origin}/v1/reports`)).rejects.toMatchObject({
      code: 'discovery_failed',
      message: `The description of the API ${api.origin} is that of another API.`,
    });
  });

  it.each([
    ['none', undefined],
    ['an empty list', []],
    ['no list', 'https://id.example'],
    ['nothing that is a URL', ['id.example', 7, null]],
    ['plain http only', ['http://id.example']],
    ['user information', ['https://id.example@evil.example']],
    ['a variable', ['https://id.example/{{password}}']],
  ])('with %s for authorization servers', async (_name, authorization_servers) => {
    const api = await describing((origin) => ({ resource: origin, authorization_servers }));
    await expect(describeAt(api.origin)).rejects.toMatchObject({
      code: 'discovery_failed',
      message: `The API ${api.origin} names no authorization server with https.`,
    });
  });

  it('where it would lead an API elsewhere to a server on this computer', async () => {
    const { tools: https, asked } = answering({
      'https://api.example/.well-known/oauth-protected-resource': {
        resource: 'https://api.example',
        authorization_servers: ['http://127.0.0.1:9/admin', 'https://id.example'],
      },
    });
    expect((await describeAt('https://api.example', null, https))?.authorizationServers).toEqual([
      'https://id.example',
    ]);
    await expect(describeAt('https://api.example', 'http://127.0.0.1:9/delete', https)).rejects.toMatchObject(
      { code: 'discovery_failed' },
    );
    expect(asked).not.toContain('http://127.0.0.1:9/delete');
  });

  it('where the API itself speaks plain http beyond this computer', async () => {
    const { tools: plain, asked } = answering({});
    await expect(describeAt('http://api.example/', null, plain)).rejects.toThrow('without https');
    expect(asked).toEqual([]);
  });

  it.each([
    ['HTML', 'text/html', '<!doctype html><p>Hello'],
    ['JSON that is no object', 'application/json', '["resource"]'],
    ['nothing', 'application/json', ''],
  ])('when it is %s', async (_name, type, body) => {
    const api = await start((_request, response) => {
      response.setHeader('content-type', type);
      response.end(body);
    });
    expect(await describeAt(api.origin)).toBeNull();
  });

  it('when it is longer than any description', async () => {
    const api = await start((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.write('{"resource":"');
      response.end('x'.repeat(10 * 1024 * 1024));
    });
    const error = await failureOf(describeAt(api.origin));
    expect(error.code).toBe('discovery_failed');
    expect(error.message).toContain('more than 1 MiB');
  });

  it('when it never ends', async () => {
    const api = await start((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.write('{');
    });
    const error = await failureOf(describeAt(api.origin, null, { fetch, timeoutMs: 200 }));
    expect(error.code).toBe('discovery_failed');
    expect(error.message).toContain('did not answer');
  });

  it('when it leads elsewhere', async () => {
    const elsewhere = await describing((origin) => ({
      resource: origin,
      authorization_servers: ['https://id.example'],
    }));
    const api = await start((_request, response) => {
      response.writeHead(302, { location: elsewhere.origin }).end();
    });
    expect(await describeAt(api.origin)).toBeNull();
    expect(elsewhere.requests).toEqual([]);
  });
});

it('takes only scopes that can be asked for, each once', () => {
  expect(
    usableScopes([
      'a',
      'a',
      'reports:read',
      '',
      'two words',
      'quo"te',
      'back\\slash',
      'ü',
      '{{x}}',
      'x'.repeat(201),
    ]),
  ).toEqual(['a', 'reports:read']);
  expect(usableScopes(Array.from({ length: 5000 }, (_, index) => `s${index}`))).toHaveLength(200);
});

it('takes no issuer that would show the person something else than it is', async () => {
  const api = await describing((origin) => ({
    resource: origin,
    authorization_servers: [
      'https://evil.example/\n\nhttps://id.example.com',
      'https://evil.example/\u202emoc',
      ' https://evil.example',
      'https://id.example',
    ],
  }));
  expect((await describeAt(`${api.origin}/reports`))?.authorizationServers).toEqual(['https://id.example']);
});
