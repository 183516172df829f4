import type { IncomingHttpHeaders } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../src/http/client.ts';
import { fetchThrough } from '../../../src/http/fetch.ts';
import { VENDOR_ENDPOINTS } from '../../../src/oauth/verify/vendorEndpoints.ts';
import { findVendor, vendorElsewhere } from '../../../src/oauth/verify/vendorStatus.ts';
import { staticProfile } from '../../token/support.ts';
import { inspectionContext, proverOf } from '../inspectionSupport.ts';
import { failureOf, json, listen, type TestServer } from '../support.ts';
import { VENDOR_CASES, type VendorCase } from '../vendorCases.ts';

let server: TestServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Introspects the token of a case. The request goes out through the real client; only the vendor's name leads to this
 * computer, as a name server would.
 */
async function ask(of: VendorCase, status: number, answer: object) {
  const sent: Sent[] = [];
  const asked: string[] = [];
  server = await listen((request, response, body) => {
    const { method = '', url = '', headers } = request;
    sent.push({ method, path: url, headers, body });
    for (const [name, value] of Object.entries(of.answerHeaders ?? {})) response.setHeader(name, value);
    json(response, status, answer);
  });
  const { origin } = server;
  const client = createHttpClient({ proxy: null, caCertificates: [] });
  const through = fetchThrough(client);
  const { inspector } = proverOf({
    fetch: (url, init) => {
      const address = new URL(typeof url === 'string' || url instanceof URL ? url : url.url);
      asked.push(address.href);
      return through(`${origin}${address.pathname}${address.search}`, init);
    },
  });
  const profile = staticProfile({ origins: [new URL(of.url).origin] });
  try {
    return { said: await inspector.introspect(profile, of.token, inspectionContext()), sent, asked };
  } finally {
    await client.close();
  }
}

const withToken = (text: string, { token }: VendorCase) => text.replaceAll('T', token);
const named = VENDOR_CASES.map((of) => [`${of.vendor}, ${of.url}`, of] as const);

describe.each(named)('%s', (_name, of) => {
  it('is asked as it is documented, and understood', async () => {
    const { said, sent, asked } = await ask(of, 200, of.answer);
    const address = new URL(of.url.replace('=T', `=${encodeURIComponent(of.token)}`));
    expect(asked).toEqual([address.href]);
    expect(sent).toHaveLength(1);
    const [request] = sent;
    expect(request).toMatchObject({
      method: of.method ?? 'GET',
      path: address.pathname + address.search,
      headers: Object.fromEntries(
        Object.entries(of.shown).map(([name, value]) => [
          name,
          value.endsWith('T') ? withToken(value, of) : value,
        ]),
      ),
    });
    expect(request?.body).toBe(of.body?.replace('=T', `=${encodeURIComponent(of.token)}`) ?? '');
    expect(said).toMatchObject({
      active: true,
      conclusive: true,
      vendor: of.vendor,
      scopes: of.scopes,
      subject: of.subject,
    });
    expect(said.expiresAtMs === null ? null : new Date(said.expiresAtMs).toISOString()).toBe(of.ends);
    expect(JSON.stringify(said)).not.toContain(of.token);
  });

  it('says that a token has ended', async () => {
    for (const [status, body] of of.gone ?? [[401, { error: 'unauthorized' }]]) {
      const { said } = await ask(of, status, body);
      expect(said, JSON.stringify(body)).toMatchObject({ active: false, vendor: of.vendor });
      await server?.close();
    }
  });

  it('concludes nothing from any other answer', async () => {
    for (const [status, body] of [...(of.unclear ?? []), [500, { error: 'x' }], [404, {}]] as const) {
      const error = await failureOf(ask(of, status, body));
      expect(error, JSON.stringify(body)).toMatchObject({ code: 'introspection_failed', data: { status } });
      expect(error.message).not.toContain(of.token);
      await server?.close();
    }
  });
});

describe('a hostile server in the place of a vendor', () => {
  const token = `glpat-${'a1B2c3D4e5'.repeat(2)}`;
  const told = async (body: string) => {
    server = await listen((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    return proverOf().inspector.introspect(
      staticProfile({ origins: [server.origin] }),
      token,
      inspectionContext(),
    );
  };

  it.each([
    ['a web page', '<!doctype html><p>'],
    ['nothing', ''],
    ['a list', '[1]'],
    ['brackets without end', '['.repeat(500_000)],
    ['depth', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['more than is read', `{"active":true,"x":"${'x'.repeat(1_200_000)}"}`],
  ])('is not understood with %s', async (_name, body) => {
    expect((await failureOf(told(body))).code).toBe('introspection_failed');
  });

  it('is taken at its word, but for what makes no sense', async () => {
    const said = await told(
      JSON.stringify({
        active: true,
        scopes: [{}, 7, null, ['x'], 'api', '', 'api'],
        expires_at: '999999999999',
        user_id: { toString: 'x' },
        token,
        nested: { list: [token] },
        __proto__: { revoked: true },
      }),
    );
    expect(said).toMatchObject({
      active: true,
      scopes: ['api'],
      expiresAtMs: 999_999_999_999_000,
      subject: null,
    });
    expect(JSON.stringify(said)).not.toContain(token);
    await server?.close();
    const odd = await told('{"active":true,"expires_at":"99999999999999999999","scopes":7}');
    expect(odd).toMatchObject({ active: true, scopes: null, expiresAtMs: null });
    await server?.close();
    expect((await told('{"active":"yes"}')).active).toBe(false);
  });
});

describe('the endpoints of vendors', () => {
  it('have a case each', () => {
    const cases = named.map(
      ([, of]) => findVendor({ origins: [new URL(of.url).origin] }, of.token)?.endpoint,
    );
    expect(VENDOR_ENDPOINTS.filter((endpoint) => !cases.includes(endpoint))).toEqual([]);
  });

  it('are https at the host of the vendor, or at an origin that the token is bound to', () => {
    for (const { origin, path, docs } of VENDOR_ENDPOINTS) {
      expect(path).toMatch(/^\/[^?#]+$/);
      expect(docs).toMatch(/^https:\/\/[a-z.]+\//);
      if (origin !== null) expect(new URL(origin)).toMatchObject({ protocol: 'https:', origin });
    }
  });

  it.each(named)('never get a token that may not go there: %s', (_name, of) => {
    const elsewhere = ['https://evil.example', `https://${new URL(of.url).hostname}.evil.example`];
    for (const origins of [
      elsewhere,
      ['https://*.example.com'],
      [new URL(of.url).origin.replace('https', 'http')],
    ]) {
      const found = findVendor({ origins }, of.token);
      expect(found === null || (found.endpoint.origin === null && origins.includes(found.url.origin))).toBe(
        true,
      );
    }
  });

  it('are named where the token may not go', async () => {
    const slack = `xoxb-123456789012-${'a1B2c3'.repeat(4)}`;
    expect(vendorElsewhere(slack)).toEqual({ vendor: 'Slack', origin: 'https://slack.com' });
    expect(vendorElsewhere('some-opaque-token')).toBeNull();
    const { inspector } = proverOf();
    const profile = staticProfile({ origins: ['https://api.example.com'] });
    const error = await failureOf(inspector.introspect(profile, slack, inspectionContext()));
    expect(error.hint).toContain('Slack answers this at https://slack.com');
  });

  it('are not those of tokens that only begin alike', () => {
    const runner = 'glrt-t1_'.padEnd(48, 'a1B2c3').concat('.0114abcde');
    expect(findVendor({ origins: ['https://gitlab.example.com'] }, runner)).toBeNull();
    expect(findVendor({ origins: ['https://api.cloudflare.com'] }, `cfat_${'a'.repeat(48)}`)).toBeNull();
    expect(findVendor({ origins: ['https://api.github.com'] }, `ghs_${'a'.repeat(36)}`)).toBeNull();
  });
});
