import { ClientSecretBasic } from 'oauth4webapi';
import { expect, test } from 'vitest';
import { Redactor } from '../src/token/redactor.ts';
import { formEncodedSecret, holdsSecret, secretForms } from '../src/secretForms.ts';

test.each(['viewer-secret', 'a+b/c=~d_e.f', 'with a space', 'ümlaut-и'])(
  'masks the client secret %s in the header of HTTP Basic',
  (secret) => {
    const headers = new Headers();
    const server = { issuer: 'https://id.example.com' };
    void ClientSecretBasic(secret)(server, { client_id: 'machine' }, new URLSearchParams(), headers);
    const sent = headers.get('authorization') ?? '';
    expect(Buffer.from(sent.slice(6), 'base64').toString()).toBe(`machine:${formEncodedSecret(secret)}`);

    const redactor = new Redactor();
    redactor.register(secret, 'secret');
    redactor.register(formEncodedSecret(secret), 'secret');
    const masked = redactor.mask(`invalid_client: you sent ${sent}`);
    expect(masked).toContain('•••secret•••');
    const left = masked.split('•••secret•••')[0]?.slice('invalid_client: you sent Basic '.length) ?? '';
    // Only the client's name and one character that it shares with the secret are left.
    expect(Buffer.from(left, 'base64').toString().startsWith('machine:')).toBe(true);
    expect(left.length).toBeLessThanOrEqual(12);
  },
);

test('a short value has no forms that would be found everywhere', () => {
  expect(secretForms('')).toEqual([]);
  expect(secretForms('abc')).toEqual(['abc']);
  expect(holdsSecret('YWJj and Jj', ['abc'])).toBe(false);
});

test.each(['a+b%2Fc', 'a%20b%2Fc', 'a+b/c', 'a b/c'])('finds a value with a space in %s', (text) => {
  expect(holdsSecret(`https://x.example/?t=${text}&u`, ['a b/c'])).toBe(true);
});
