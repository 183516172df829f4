import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { tokenFailure } from '../../src/run/tokenFailure.ts';
import { profileOf } from '../token/support.ts';
import { engineOver } from './support.ts';

describe('a token that was not obtained', () => {
  it('is what a request says that was not sent for it', async () => {
    const refused = new KeyturnError('connection_refused', '127.0.0.1:9 refused the connection.');
    const manager = { obtain: () => Promise.reject(refused), askSecret: () => Promise.resolve('secret') };
    const { run } = engineOver({ profiles: [profileOf()], manager });
    const { error, response } = await run('# @token viewer\nGET https://api.example.com/\n');
    expect(response).toBeNull();
    expect(error?.message).toBe('The token "viewer" was not obtained: 127.0.0.1:9 refused the connection.');
  });

  it('is named where its server was not reached, with what to do about that', () => {
    const refused = new KeyturnError('connection_refused', '127.0.0.1:9 refused the connection.', {
      hint: 'Check that the server is running and listens on this port.',
      data: { host: '127.0.0.1', port: 9 },
    });
    expect(tokenFailure('reports', refused)).toMatchObject({
      code: 'connection_refused',
      message: 'The token "reports" was not obtained: 127.0.0.1:9 refused the connection.',
      hint: 'Check that the server is running and listens on this port.',
      data: { host: '127.0.0.1', port: 9, token: 'reports' },
    });
  });

  it('is left as it is where the message says what failed', () => {
    const refused = new KeyturnError('invalid_client', 'The token endpoint does not know the client.');
    expect(tokenFailure('reports', refused)).toBe(refused);
    const aborted = Object.assign(new Error('aborted'), { name: 'AbortError' });
    expect(tokenFailure('reports', aborted).code).toBe('cancelled');
  });
});
