import { describe, expect, it } from 'vitest';
import { declaredProfile, listProfiles } from '../../src/profile/fillProfiles.ts';
import { parseProfileFile } from '../../src/profile/file.ts';

const file = (tokens: object) => parseProfileFile(JSON.stringify({ tokens }), 'file:///project/keyturn.json');
const variables = (values: Readonly<Record<string, string>>) => new Map(Object.entries(values));
const environment = (name: string, values: Readonly<Record<string, string>>) => ({
  name,
  variables: variables(values),
});
const client = (issuer: string) => ({
  grant: 'client_credentials',
  issuer,
  clientId: 'viewer',
  origins: ['https://api.example.com'],
});

describe('listed profiles', () => {
  it('lists a profile once for each environment in which it differs', () => {
    const listed = listProfiles(file({ viewer: client('https://{{stage}}.example.com') }), variables({}), [
      environment('staging', { stage: 'staging' }),
      environment('production', { stage: 'www' }),
    ]);
    expect(listed.map(({ environment: name, profile }) => [name, profile?.issuer])).toEqual([
      ['staging', 'https://staging.example.com'],
      ['production', 'https://www.example.com'],
    ]);
  });

  it('keeps a profile that has errors, and says what is wrong with it and where', () => {
    const text = `{
      "tokens": {
        "good": { "grant": "static", "origins": ["https://a.example"] },
        "typo": { "grant": "client_credential", "origins": ["https://a.example"], "scope": 7 },
        "nowhere": { "grant": "static" },
        "good": { "grant": "static" },
        "two words": { "grant": "static", "origins": ["https://a.example"] },
        "${'x'.repeat(500)}": 1
      }
    }`;
    const listed = listProfiles(parseProfileFile(text, 'file:///project/keyturn.json'), variables({}), []);
    const names = listed.map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(['good', 'typo', 'nowhere', 'two words', 'x'.repeat(100)]));
    expect(names).toHaveLength(5);
    const typo = listed.find(({ name }) => name === 'typo');
    expect(typo).toMatchObject({ profile: null, problem: { code: 'profile_invalid' } });
    expect(typo?.problem?.message).toMatch(/^Line 4 of keyturn\.json: "grant" must be one of /);
  });

  it('names the only environment that a profile can be filled from', () => {
    const listed = listProfiles(file({ viewer: client('https://{{stage}}.example.com') }), variables({}), [
      environment('staging', { stage: 'staging' }),
    ]);
    expect(listed.map(({ environment: name }) => name)).toEqual(['staging']);
  });

  it('lists it once where all environments agree, and without environments', () => {
    const declared = file({
      viewer: client('{{sandboxIssuer}}'),
      key: { grant: 'static', origins: ['https://a.example'] },
    });
    const shared = { sandboxIssuer: 'http://127.0.0.1:7420' };
    const twice = listProfiles(declared, variables(shared), [
      environment('a', shared),
      environment('b', shared),
    ]);
    expect(twice.map(({ name, environment: place }) => [name, place])).toEqual([
      ['viewer', null],
      ['key', null],
    ]);
    expect(listProfiles(declared, variables(shared), [])[0]!.profile!.issuer).toBe(shared.sandboxIssuer);
  });

  it('keeps what cannot be filled, with the reason first', () => {
    const [listed] = listProfiles(file({ viewer: client('{{sandboxIssuer}}') }), variables({}), []);
    expect(listed).toMatchObject({ profile: null, problem: { code: 'profile_invalid' } });
    expect(listed!.problem!.message).toMatch(/^The variable \{\{sandboxIssuer\}\} has no value\./);
  });
});

describe('a declared profile', () => {
  it('is null where the file does not name it, so that a pasted token may answer', () => {
    expect(declaredProfile(file({ viewer: client('https://id.example.com') }), 'other')).toBeNull();
  });

  it('fails where the file names it with an error, or cannot be read that far', () => {
    expect(() => declaredProfile(file({ viewer: { grant: 'static' } }), 'viewer')).toThrow(/origins/);
    const broken = parseProfileFile('{"tokens": {"viewer": ', 'file:///project/keyturn.json');
    expect(() => declaredProfile(broken, 'viewer')).toThrow();
  });
});
