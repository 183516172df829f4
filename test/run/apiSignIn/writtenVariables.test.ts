import { describe, expect, it } from 'vitest';
import { withVariables } from '../../../src/run/apiSignIn/writtenVariables.ts';

const properties = {
  grant: 'authorization_code',
  issuer: 'https://id.example/tenant',
  clientId: 'https://api.example',
  resource: 'https://api.example/v1',
  origins: ['https://api.example'],
};
const variables = (values: Record<string, string>) => new Map(Object.entries(values));

describe('variables in a profile that Sign In to This API writes', () => {
  it('stand for the addresses that the request names by them', () => {
    const known = variables({ api: 'https://api.example', id: 'https://id.example' });
    const usedIn = { requestUrl: '{{api}}/v1/reports', profileFile: '{"issuer": "{{id}}"}' };
    expect(withVariables(properties, known, usedIn)).toEqual({
      ...properties,
      issuer: '{{id}}/tenant',
      resource: '{{api}}/v1',
      origins: ['{{api}}'],
    });
  });

  it('stand for a host and a port, too', () => {
    const known = variables({ host: 'api.example', port: '8443' });
    const written = withVariables({ ...properties, origins: ['https://api.example:8443'] }, known, {
      requestUrl: 'https://{{host}}:{{port}}/v1',
      profileFile: '',
    });
    expect(written?.['origins']).toEqual(['https://{{host}}:{{port}}']);
  });

  it('take as much of an address as they can', () => {
    const known = variables({ api: 'https://api.example', base: 'https://api.example/v1' });
    const written = withVariables(properties, known, { requestUrl: '{{base}}/{{api}}', profileFile: '' });
    expect([written?.['resource'], written?.['origins']]).toEqual(['{{base}}', ['{{api}}']]);
  });

  it.each([
    ['no file uses', variables({ api: 'https://api.example' }), 'https://api.example/v1'],
    ['hold only the beginning of a name', variables({ api: 'https://api.exam' }), '{{api}}ple/v1'],
    ['hold something else', variables({ api: 'https://other.example' }), '{{api}}/v1'],
    ['have no value for this file', variables({}), '{{api}}/v1'],
    ['hold no address', variables({ api: 'authorization_code' }), '{{api}}'],
    ['hold credentials', variables({ api: 'https://u:p@api.example' }), '{{api}}/v1'],
  ])('are not written where they %s', (_name, known, requestUrl) => {
    expect(withVariables(properties, known, { requestUrl, profileFile: '' })).toBeNull();
  });
});
