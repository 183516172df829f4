import { describe, expect, it } from 'vitest';
import { profileWith, writeProfile } from '../../../src/run/apiSignIn/profileTarget.ts';
import { memoryTarget } from './support.ts';

const properties = {
  grant: 'authorization_code',
  issuer: 'https://id.example',
  clientId: 'keyturn',
  origins: ['https://api.example'],
};

async function written(variables: Record<string, string>, requestUrl: string) {
  const target = memoryTarget('{\n  // Kept.\n  "tokens": {}\n}\n', variables);
  const profile = await profileWith(target, 'reports', properties);
  const result = await writeProfile(target, profile, properties, requestUrl);
  const { tokens } = JSON.parse(target.text.replace('// Kept.', '')) as { tokens: Record<string, unknown> };
  expect(tokens['reports']).toEqual(result);
  expect(target.text).toContain('// Kept.');
  return result;
}

describe('the profile that Sign In to This API writes', () => {
  it('follows the environment where the request does', async () => {
    const result = await written({ api: 'https://api.example' }, '{{api}}/reports');
    expect(result['origins']).toEqual(['{{api}}']);
  });

  it('has the addresses themselves where a variable would make another profile of it', async () => {
    // A wildcard has to stand in keyturn.json itself, so this variable is refused when the profile is read.
    const result = await written({ host: 'api.example', scheme: 'https' }, '{{scheme}}://{{host}}/reports');
    expect(result).toEqual(properties);
  });

  it('is not written over another one', async () => {
    const target = memoryTarget(
      '{"tokens": {"reports": {"grant": "static", "origins": ["https://a.example"]}}}',
    );
    await expect(profileWith(target, 'reports', properties)).rejects.toMatchObject({
      code: 'profile_invalid',
    });
  });

  it('names no variable that a server put there', async () => {
    const hostile = { ...properties, issuer: 'https://id.example/{{secret}}' };
    const target = memoryTarget('', { secret: 'hidden' });
    await expect(profileWith(target, 'reports', hostile)).rejects.toMatchObject({ code: 'profile_invalid' });
  });
});
