import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { KeyturnError } from '../../../src/base/errors.ts';
import type { Exchange } from '../../../src/httpfile/earlier/exchange.ts';
import type { BodyQuery } from '../../../src/httpfile/earlier/reference.ts';
import { cpuMs } from '../../support/cpuTime.ts';
import { select } from '../../../src/httpfile/earlier/select.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function exchange(text: string | null, type = 'application/json'): Exchange {
  return {
    file: '/w/a.http',
    name: 'login',
    request: { headers: [['X-Sent', 'yes']], body: bytes('{"user":"ann"}') },
    response: {
      status: 200,
      headers: [
        ['Content-Type', type],
        ['X-Id', '7'],
        ['x-id', '8'],
      ],
      body: text === null ? null : bytes(text),
    },
    origin: 'https://a.example',
    receivedAtMs: 0,
    tokens: [],
  };
}

const query = (text: string | null, wanted: BodyQuery, type?: string) =>
  select(
    exchange(text, type),
    { name: 'login', message: 'response', part: { kind: 'body', query: wanted } },
    4,
  );
const path = (text: string | null, wanted: string) => query(text, { kind: 'jsonpath', path: wanted });
const failure = async (work: Promise<unknown>): Promise<KeyturnError> =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error as KeyturnError,
  );

describe('the value of a reference', () => {
  it('is a string as it is', async () => {
    expect(await path('{"a":{"b":"x \\"y\\""}}', '$.a.b')).toBe('x "y"');
  });

  it.each([
    ['174322306148984899', '174322306148984899'],
    ['1.10', '1.10'],
    ['1E3', '1E3'],
    ['42', '42'],
    ['true', 'true'],
    ['null', 'null'],
    ['{"b":1.50}', '{"b":1.50}'],
    ['[1,"x"]', '[1,"x"]'],
  ])('of %s is %s', async (value, text) => {
    expect(await path(`{"a":${value}}`, '$.a')).toBe(text);
  });

  it('is a list where several match', async () => {
    expect(await path('[{"a":1},{"a":"x"}]', '$[*].a')).toBe('[1,"x"]');
  });

  it('is a header, several lines joined', async () => {
    const part = { kind: 'header', header: 'x-ID' } as const;
    expect(await select(exchange(''), { name: 'login', message: 'response', part }, 0)).toBe('7, 8');
  });

  it('is a part of the request', async () => {
    const part = { kind: 'body', query: { kind: 'jsonpath', path: '$.user' } } as const;
    expect(await select(exchange(''), { name: 'login', message: 'request', part }, 0)).toBe('ann');
  });

  it('is the whole body', async () => {
    expect(await query('plain', { kind: 'all' }, 'text/plain')).toBe('plain');
  });

  it.each([
    ['//user[2]/@id', '8'],
    ['//user[1]', 'ann'],
    ['count(//user)', '2'],
    ['//user', 'ann, bob'],
  ])('is %s of XML', async (wanted, text) => {
    const xml = '<users><user id="7">ann</user><user id="8">bob</user></users>';
    expect(await query(xml, { kind: 'xpath', path: wanted }, 'application/xml')).toBe(text);
  });
});

describe('a reference to what is not there', () => {
  it('names what stands at that level, never a value', async () => {
    const error = await failure(path('{"data":{"jwt":"secret-value","user":{"id":1}}}', '$.data.token'));
    expect(error.code).toBe('variable_unknown');
    expect(error.message).toBe('The response of login (200) has nothing at $.data.token (line 5).');
    expect(error.hint).toBe('$.data has: jwt, user.');
    expect(`${error.message} ${error.hint}`).not.toContain('secret-value');
  });

  it.each([
    ['{"a":[1,2]}', '$.a[5]', '$.a[] is a list of 2.'],
    ['{"a":"x"}', '$.a.b', '$.a is a string.'],
    ['{}', '$.a', 'The body is an empty object.'],
    ['[]', '$.a', 'The body is a list of 0.'],
  ])('of %s at %s', async (text, wanted, hint) => {
    expect((await failure(path(text, wanted))).hint).toBe(hint);
  });

  it('shows no more names than a person reads', async () => {
    const many = JSON.stringify(
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, 1])),
    );
    expect((await failure(path(many, '$.none'))).hint).toMatch(/^The body has: m0, .*m11 and 488 more\.$/);
  });

  it('says that the body is no JSON', async () => {
    expect((await failure(query('<a/>', { kind: 'jsonpath', path: '$.a' }, 'text/html'))).message).toContain(
      'no JSON',
    );
    expect((await failure(path('['.repeat(100_000), '$.a'))).message).toContain('no JSON');
  });

  it('says that a body is gone', async () => {
    expect((await failure(path(null, '$.a'))).message).toContain('no whole body any more');
  });

  it.each(['$.a[', '$..', '$[?(@.a==)]'])('refuses the path %s', async (wanted) => {
    expect((await failure(path('{}', wanted))).code).toBe('variable_invalid');
  });

  it('names the headers', async () => {
    const part = { kind: 'header', header: 'X-Token' } as const;
    const error = await failure(select(exchange(''), { name: 'login', message: 'response', part }, 0));
    expect(error.hint).toBe('It has: Content-Type, X-Id, x-id.');
  });

  it.each([
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    `<!DOCTYPE a [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, index) => `<!ENTITY b${index} "&a;&a;">`).join('')}]><a>&b19;</a>`,
    '<a><b></a>',
    'no XML',
  ])('reads no XML with entities of its own, nor what is none: %#', async (xml) => {
    const error = await failure(query(xml, { kind: 'xpath', path: '//a' }, 'text/xml'));
    expect(error.message).toContain('no XML that can be read');
  });

  it.each(['$[?match(@.a, @.p)]', "$[?search(@.a, '(a+)+b')]"])(
    'takes no longer for an evil pattern: %s',
    async (wanted) => {
      const json = JSON.stringify([{ a: `${'a'.repeat(100_000)}!`, p: '(a+)+b' }]);
      const before = cpuMs();
      expect((await failure(path(json, wanted))).code).toBe('variable_unknown');
      expect(cpuMs() - before).toBeLessThan(5_000);
    },
  );

  it.each(['//*[count(//*)>0]', '//a'])('reads XML as deep as a server likes: %s', async (wanted) => {
    const deep = `${'<a>'.repeat(2_000)}x${'</a>'.repeat(2_000)}`;
    await query(deep, { kind: 'xpath', path: wanted }, 'text/xml').catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'variable_unknown' });
    });
  });

  it('refuses what is no XPath', async () => {
    const error = await failure(query('<a/>', { kind: 'xpath', path: '//a[' }, 'text/xml'));
    expect(error.code).toBe('variable_invalid');
  });
});

const suite = join(import.meta.dirname, '../../../../shared/cases/jsonpath.json');
const compliance = v.object({
  tests: v.array(
    v.object({
      name: v.string(),
      selector: v.string(),
      document: v.optional(v.unknown()),
      result: v.optional(v.array(v.unknown())),
      results: v.optional(v.array(v.array(v.unknown()))),
      invalid_selector: v.optional(v.boolean()),
    }),
  ),
});

describe.runIf(existsSync(suite))('the compliance suite of RFC 9535', () => {
  it('passes', async () => {
    const { tests } = v.parse(compliance, JSON.parse(readFileSync(suite, 'utf8')));
    const wrong: string[] = [];
    for (const { name, selector, document, result, results, invalid_selector } of tests) {
      const text = JSON.stringify(document ?? null);
      const got = await path(text, selector).then(
        (value) => value,
        (error: unknown) => (error as KeyturnError).code,
      );
      const asText = (nodes: readonly unknown[]) => {
        const [first] = nodes;
        if (nodes.length === 0) return 'variable_unknown';
        return nodes.length === 1 && typeof first === 'string'
          ? first
          : JSON.stringify(nodes.length === 1 ? first : nodes);
      };
      const wanted =
        invalid_selector === true ? ['variable_invalid'] : (results ?? [result ?? []]).map(asText);
      if (!wanted.includes(got)) wrong.push(`${name}: ${got}`);
    }
    expect(tests.length).toBeGreaterThan(600);
    expect(wrong).toEqual([]);
  });
});
