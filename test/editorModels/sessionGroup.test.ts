import { describe, expect, it } from 'vitest';
import { entryDescription, shortDescription } from '../../src/editor/tokens/tree/describe.ts';
import { capturedDetails } from '../../src/editor/tokens/tree/details.ts';
import { type CapturedNode, capturedEntry, sessionGroup } from '../../src/editor/tokens/tree/captured.ts';
import { capturedTooltip } from '../../src/editor/tokens/tree/tooltip.ts';
import type { CapturedToken, Exchange } from '../../src/httpfile/earlier/exchange.ts';
import { MINUTE, NOW } from './entries.ts';

const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
const jwt = (claims: object) => `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
const login = jwt({ sub: 'ada', scope: 'admin', exp: (NOW + 47 * MINUTE) / 1000 });

function token(
  value: string,
  member: string | null = 'access_token',
  minutes: number | null = 47,
): CapturedToken {
  return { value, member, expiresAtMs: minutes === null ? null : NOW + minutes * MINUTE };
}

function exchange(name: string, tokens: readonly CapturedToken[]): Exchange {
  return {
    file: 'file:///project/auth.http',
    name,
    request: { headers: [], body: null },
    response: { headers: [], body: null, status: 201 },
    origin: 'https://api.example.com',
    receivedAtMs: NOW - MINUTE,
    tokens,
  };
}

function only(held: CapturedToken): CapturedNode {
  return sessionGroup([exchange('login', [held])])!.entries[0]!;
}

function described(held: CapturedToken): string {
  return shortDescription(capturedEntry(only(held), NOW, 5 * MINUTE), NOW);
}

describe('the group Session of the tokens view', () => {
  it('is not there where no answer holds a token', () => {
    expect(sessionGroup([])).toBeNull();
    expect(sessionGroup([exchange('reports', [])])).toBeNull();
  });

  it('names each token after its request and the member that held it', () => {
    const group = sessionGroup([
      exchange('second', [token('opaque-value-1', null)]),
      exchange('login', [token(login), token('opaque-value-2', 'refresh_token', null)]),
    ]);
    expect(group!.entries.map(({ name }) => name)).toEqual([
      'login.access_token',
      'login.refresh_token',
      'second',
    ]);
    expect(new Set(group!.entries.map(({ id }) => id)).size).toBe(3);
    expect(group!.entries.map(({ id }) => id).join()).not.toContain('opaque');
  });

  it('describes them as it does other tokens', () => {
    expect(described(token(login))).toBe('47 min · admin');
    expect(described(token('opaque-value-1', 'token', 3))).toBe('3 min');
    expect(described(token('opaque-value-1', 'token', -180))).toBe('expired 3 h ago');
    expect(described(token('opaque-value-1', 'token', null))).toBe('expiry unknown');
    const { status } = capturedEntry(only(token('opaque-value-1', 'token', 3)), NOW, 5 * MINUTE);
    expect(status).toBe('expiring');
    expect(entryDescription(capturedEntry(only(token(login)), NOW, 0), NOW)).toBe(
      'expires in 47 min · admin',
    );
  });

  it('shows what the token says and where it came from, never its value', () => {
    const node = only(token(login));
    const entry = capturedEntry(node, NOW, 0);
    const lines = capturedDetails(node.id, node.exchange, entry, NOW);
    const byLabel = new Map(lines.map(({ label, value }) => [label, value]));
    expect(byLabel.get('Status')).toMatch(/^active, expires in 47 min/);
    expect(byLabel.get('Scopes')).toBe('admin');
    expect(byLabel.get('Subject')).toBe('ada');
    expect(byLabel.get('Claims')).toBe('not verified');
    expect(byLabel.get('Request')).toBe('login, answered 201');
    expect(byLabel.get('Received from')).toBe('https://api.example.com');
    for (const other of ['Sent as', 'Last used', 'Origins', 'Added']) expect(byLabel.has(other)).toBe(false);
    const tooltip = capturedTooltip(entry, node.exchange, NOW, (text) => text);
    expect(tooltip).toContain('until the session is cleared');
    expect(tooltip).toContain('login, answered 201');
    for (const text of [JSON.stringify(lines), tooltip]) {
      for (const secret of login.split('.')) expect(text).not.toContain(secret);
    }
  });
});
