import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { GRANT_PAGES, GRANTS, grantOf, OPTIONS, propertyPages } from '../../src/profile/grants/all.ts';

const source = new URL('../../src/', import.meta.url);

describe('the descriptors of the grants', () => {
  it.each(GRANTS)('%s is filed under its own name', (grant) => {
    expect(grantOf(grant).name).toBe(grant);
  });

  it.each(GRANTS)('%s lists every option that it brings, with its page', (grant) => {
    const { options, needs, otherTokens } = grantOf(grant);
    for (const [name, option] of Object.entries(options)) expect(OPTIONS).toHaveProperty(name, option);
    for (const name of [...needs, ...otherTokens]) expect(propertyPages()).toHaveProperty(name);
  });

  it.each(GRANTS)('%s begins its snippet with its own name', (grant) => {
    expect(GRANT_PAGES[grant].snippet?.body['grant'] ?? grant).toBe(grant);
  });

  it('are the only place that tells grants apart', () => {
    const rooms = ['profile', 'token', 'oauth', 'sources', 'consent', 'run', 'editor', 'terminal'];
    const names = GRANTS.join('|');
    const apart = new RegExp(
      [
        `\\bgrant\\)? (?:===|!==) `,
        `(?:Set|Record)<Grant\\b`,
        `grant\\) \\{\\n\\s+case '(?:${names})'`,
        `\\[\\s*'(?:${names})',\\s*'(?:${names})'`,
      ].join('|'),
    );
    const found = rooms.flatMap((room) =>
      readdirSync(new URL(`${room}/`, source), { recursive: true, encoding: 'utf8' })
        .map((name) => `${room}/${name.replaceAll('\\', '/')}`)
        .filter((path) => path.endsWith('.ts') && !path.startsWith('profile/grants/'))
        .filter((path) => apart.test(readFileSync(new URL(path, source), 'utf8'))),
    );
    expect(found).toEqual([]);
  });
});
