import { describe, expect, it } from 'vitest';
import { isLost, statusBarState } from '../../src/editor/statusBar/model.ts';
import { inUse } from '../../src/editor/tokens/inUse.ts';
import { tokensOfFile } from '../../src/editor/documents/tokenNames.ts';
import { parseHttpFile } from '../../src/httpfile/parse/parse.ts';
import { entryOf, MINUTE, NOW, profileOf, tokenOf } from './entries.ts';

const state = (...entries: Parameters<typeof statusBarState>[0]) => statusBarState(entries, NOW);

function ending(name: string, inMs: number, change: Parameters<typeof entryOf>[0] = {}) {
  const profile = profileOf({ name });
  return entryOf({ ...change, token: tokenOf(profile, { expiresAtMs: NOW + inMs }) }, profile);
}

describe('status bar', () => {
  it('is hidden when no token matters', () => {
    expect(state()).toBeNull();
  });

  it('shows the token that ends first', () => {
    const shown = state(ending('admin', 50 * MINUTE), ending('viewer', 12 * MINUTE));
    expect(shown).toMatchObject({ text: '$(key) viewer 12 min', severity: 'none', trouble: [] });
    expect(shown!.label).toBe('Token viewer, expires in 12 min');
    expect(shown!.calm).toHaveLength(2);
  });

  it('warns before the end and puts an error first', () => {
    const expiring = ending('viewer', 4 * MINUTE, { status: 'expiring' });
    expect(state(expiring)).toMatchObject({ text: '$(key) viewer 4 min', severity: 'warning' });
    const shown = state(expiring, ending('admin', -MINUTE, { status: 'expired' }));
    expect(shown).toMatchObject({ text: '$(key) admin expired', severity: 'error' });
    expect(shown!.trouble.map(({ profile }) => profile.name)).toEqual(['admin', 'viewer']);
  });

  it('only warns of an expired token that a refresh can bring back, until a refresh fails', () => {
    expect(state(ending('a', -MINUTE, { status: 'expired', canRefresh: true }))!.severity).toBe('warning');
    const lastError = { code: 'invalid_client', message: 'The client is not known.' };
    expect(state(ending('a', -MINUTE, { status: 'expired', canRefresh: true, lastError }))!.severity).toBe(
      'error',
    );
  });

  it('is calm about a token that is obtained on its first use', () => {
    const profile = profileOf({ grant: 'client_credentials' });
    const shown = state(entryOf({ status: 'missing', canRefresh: true }, profile));
    expect(shown).toMatchObject({ text: '$(key) viewer', severity: 'none' });
    expect(state(entryOf({ status: 'missing' }))).toMatchObject({
      text: '$(key) viewer not added',
      severity: 'warning',
    });
  });

  it('keeps a long name short', () => {
    expect(state(ending('n'.repeat(80), 5 * MINUTE))!.text).toBe(`$(key) ${'n'.repeat(23)}… 5 min`);
  });
});

describe('notification', () => {
  it('is worth it only for a token in use that expired and was not refreshed', () => {
    const expired = (change: object) => ending('a', -MINUTE, { status: 'expired', ...change });
    expect(isLost(expired({ lastUsedAtMs: NOW - 30 * MINUTE }), NOW)).toBe(true);
    expect(isLost(expired({ lastUsedAtMs: NOW - 61 * MINUTE }), NOW)).toBe(false);
    expect(isLost(expired({ lastUsedAtMs: null }), NOW)).toBe(false);
    expect(isLost(expired({ lastUsedAtMs: NOW, canRefresh: true }), NOW)).toBe(false);
    expect(inUse(ending('a', MINUTE, { lastUsedAtMs: NOW }), NOW)).toBe(true);
  });
});

describe('names of tokens in a file', () => {
  it('finds them in metadata, variables, URL, headers and body', () => {
    const text = [
      '@shared = {{$token shared}}',
      '# @token viewer',
      'GET https://api.example.com/{{$token path}}',
      'X-API-Key: {{ $token  legacy }}',
      '',
      '### second',
      'POST https://api.example.com/',
      '',
      '{"token": "{{$token body}}", "other": "{{$guid}}"}',
    ].join('\n');
    expect([...tokensOfFile(parseHttpFile(text))].sort()).toEqual([
      'body',
      'legacy',
      'path',
      'shared',
      'viewer',
    ]);
  });

  it('is not led astray by an opening that does not close', () => {
    expect(tokensOfFile(parseHttpFile(`GET https://a.example/?q=${'{{$token '.repeat(2000)}`)).size).toBe(0);
  });
});
