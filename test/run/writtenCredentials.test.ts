import { expect, it } from 'vitest';
import { writtenCredentials } from '../../src/run/writtenCredentials.ts';

const url = new URL('https://api.example.com/login');

it.each([
  ['Cookie', 'theme=dark; session="hunter2"', ['hunter2']],
  ['Authorization', 'Token token="hunter2", page="2"', ['token="hunter2", page="2"', 'hunter2']],
  ['Authorization', 'Basic YWRhOmh1bnRlcjI=', ['YWRhOmh1bnRlcjI=', 'hunter2']],
])('finds the credentials in %s: %s', (name, value, found) => {
  expect(writtenCredentials(url, [[name, value]])).toEqual(found);
});

it('finds a header that stands on the line of the URL', () => {
  const written = new URL('https://api.example.com/login X-Api-Key: hunter2');
  expect(writtenCredentials(written, [])).toEqual(['hunter2']);
});
