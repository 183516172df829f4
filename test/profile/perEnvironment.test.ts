import { describe, expect, it } from 'vitest';
import { parseProfileFile } from '../../src/profile/file.ts';
import { fillProfile, listProfiles } from '../../src/profile/fillProfiles.ts';
import { tokenKey } from '../../src/profile/key.ts';

const origins = ['https://api.example.com'];
const file = parseProfileFile(
  JSON.stringify({
    tokens: {
      api: { grant: 'request', request: 'auth.http#login', accessToken: '$.token', origins },
      viewer: { grant: 'client_credentials', issuer: 'https://id.example.com', clientId: 'a', origins },
    },
  }),
  '/w/keyturn.json',
);
const none = new Map<string, string>();

describe('a login whose request may hold variables that its profile does not', () => {
  it('has a token for each environment', () => {
    const [api, viewer] = file.profiles;
    const keys = (declared: typeof api) =>
      ['dev', 'prod', null].map((name) => {
        const { profile } = fillProfile(declared!, none, name);
        return profile === null ? expect.unreachable() : tokenKey(profile);
      });
    expect(new Set(keys(api)).size).toBe(3);
    expect(new Set(keys(viewer)).size).toBe(1);
  });

  it('is listed once for each', () => {
    const environments = ['dev', 'prod'].map((name) => ({ name, variables: none }));
    expect(
      listProfiles(file, none, environments).map(({ name, environment }) => [name, environment]),
    ).toEqual([
      ['api', 'dev'],
      ['api', 'prod'],
      ['viewer', null],
    ]);
    expect(listProfiles(file, none, []).map(({ name, environment }) => [name, environment])).toEqual([
      ['api', null],
      ['viewer', null],
    ]);
  });
});
