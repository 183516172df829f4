import { expect, test } from 'vitest';
import { Redactor } from '../../src/redaction/redactor.ts';
import { formEncodedSecret, holdsSecret, secretForms } from '../../src/redaction/secretForms.ts';

test.each(['viewer-secret', 'a+b/c=~d_e.f', 'with a space', 'ümlaut-и'])(
  'masks the client secret %s in the header of HTTP Basic',
  (secret) => {
    const header = Buffer.from(`machine:${formEncodedSecret(secret)}`).toString('base64');
    const sent = `Basic ${header}`;

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

test.each([
  ['viewer-secret_1.0*', 'viewer-secret_1.0*'],
  ['a b+c', 'a+b%2Bc'],
  ["!'()~", '%21%27%28%29%7E'],
  ['ü:%', '%C3%BC%3A%25'],
])('encodes %s as a form does (RFC 6749 appendix B)', (secret, encoded) => {
  expect(formEncodedSecret(secret)).toBe(encoded);
});

test('a short value has no forms that would be found everywhere', () => {
  expect(secretForms('')).toEqual([]);
  expect(secretForms('abc')).toEqual(['abc']);
  expect(holdsSecret('YWJj and Jj', ['abc'])).toBe(false);
  expect(holdsSecret('the number 616263', ['abc'])).toBe(false);
});

test.each(['a+b%2Fc', 'a%20b%2Fc', 'a+b/c', 'a b/c'])('finds a value with a space in %s', (text) => {
  expect(holdsSecret(`https://x.example/?t=${text}&u`, ['a b/c'])).toBe(true);
});
