import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/httpfile/earlier/exchange.ts';
import { Exchanges } from '../../../src/run/session/exchanges.ts';

const exchange = (name: string, size: number): Exchange => ({
  file: '/w/a.http',
  name,
  request: { headers: [], body: null },
  response: { status: 200, headers: [['X-Name', name]], body: new Uint8Array(size) },
  origin: 'https://a.example',
  receivedAtMs: 0,
  tokens: [],
});
const bodyOf = (exchanges: Exchanges, name: string) =>
  exchanges.find('/w/a.http', name)?.response.body?.length;

describe('the exchanges of a session', () => {
  it('are found by file and name, the last one of each', () => {
    const exchanges = new Exchanges();
    exchanges.keep(exchange('a', 1));
    exchanges.keep(exchange('a', 2));
    expect(bodyOf(exchanges, 'a')).toBe(2);
    expect(exchanges.find('/w/b.http', 'a')).toBeNull();
    expect([...exchanges.all]).toHaveLength(1);
  });

  it('lose their oldest bodies where they are too many bytes, and keep what else they hold', () => {
    const exchanges = new Exchanges(100);
    exchanges.keep(exchange('a', 60));
    exchanges.keep(exchange('b', 30));
    exchanges.keep(exchange('c', 40));
    expect(bodyOf(exchanges, 'a')).toBeUndefined();
    expect(exchanges.find('/w/a.http', 'a')?.response.headers).toEqual([['X-Name', 'a']]);
    expect([bodyOf(exchanges, 'b'), bodyOf(exchanges, 'c')]).toEqual([30, 40]);
    exchanges.keep(exchange('d', 200));
    expect(['a', 'b', 'c', 'd'].map((name) => bodyOf(exchanges, name))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('count a body once that is replaced', () => {
    const exchanges = new Exchanges(100);
    for (let round = 0; round < 10; round++) exchanges.keep(exchange('a', 60));
    exchanges.keep(exchange('b', 40));
    expect([bodyOf(exchanges, 'a'), bodyOf(exchanges, 'b')]).toEqual([60, 40]);
  });
});
