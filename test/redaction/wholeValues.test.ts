import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/redaction/redactor.ts';
import { cpuMs } from '../support/cpuTime.ts';

function given(value: string, near: readonly string[] = []): Redactor {
  const redactor = new Redactor();
  redactor.registerGiven(value, 'x', near);
  return redactor;
}

describe('a value that a server chose', () => {
  it('is masked everywhere if it is long', () => {
    const token = 'Zk3-9fJq_2LmX8wT';
    expect(given(token).mask(`the token ${token}, or /${token}/`)).toBe('the token •••x•••, or /•••x•••/');
    const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ2aWV3ZXIifQ.c2lnbmF0dXJl-Zm9y_dGVzdHM';
    expect(given(jwt).mask(`a ${jwt} b`)).toBe('a •••x••• b');
  });

  it.each([
    ['127.0.0.1:8080', []],
    ['api.some-long-company.example', []],
    ['API.Some-Long-Company.Example:443', []],
    ['https://api.some-long-company.example/v1', []],
    ['[2001:db8::1234:5678]:8443', []],
    ['localhost:8080/some/long/path', []],
    ['xn--pple-43d.xn--p1ai.example', []],
    ['oauth2/v2.0/token/of/mine', ['https://login.example/oauth2/v2.0/token/of/mine']],
    ['invalid_token', []],
  ])('%s does not hide where a request went', (value, near) => {
    const redactor = given(value, near);
    for (const text of [
      `GET http://${value}/steal`,
      `Could not connect to ${value}.`,
      `{"${value}": 1}`,
      `${value}/x`,
      `cause: ${value}`,
    ])
      expect(redactor.mask(text)).toBe(text);
  });

  it('is masked where it stands as a value, if it is short', () => {
    const redactor = given('s3cr3t!x');
    for (const [text, masked] of [
      ['s3cr3t!x', '•••x•••'],
      ['Bearer s3cr3t!x', 'Bearer •••x•••'],
      ['error="invalid", sent="s3cr3t!x"', 'error="invalid", sent="•••x•••"'],
      ['{"access_token":"s3cr3t!x","n":1}', '{"access_token":"•••x•••","n":1}'],
      ['"{\\"t\\": \\"s3cr3t!x\\"}"', '"{\\"t\\": \\"•••x•••\\"}"'],
      ['/cb?token=s3cr3t!x&b=1', '/cb?token=•••x•••&b=1'],
      ['a=1&token=s3cr3t%21x', 'a=1&token=•••x•••'],
      ['<token>s3cr3t!x</token>', '<token>•••x•••</token>'],
      ['my s3cr3t!x word', 'my s3cr3t!x word'],
    ] as const)
      expect(redactor.mask(text)).toBe(masked);
  });

  it('is masked as a text in quotes, whatever signs it holds', () => {
    for (const value of ['p w', 'Abc#1(2)', 'a,b;c&d', 'back\\slash', 'quote"d']) {
      const redactor = given(`${value}12`);
      const json = JSON.stringify({ password: `${value}12`, n: 1 });
      expect(redactor.mask(json)).toBe('{"password":"•••x•••","n":1}');
      expect(JSON.parse(redactor.mask(JSON.stringify({ json })))).toEqual({
        json: '{"password":"•••x•••","n":1}',
      });
      for (const text of [`the word ${value}12 stays`, JSON.stringify({ [`${value}12`]: 1 })])
        expect(redactor.mask(text)).toBe(text);
    }
  });

  it('is masked as a number of a member', () => {
    const redactor = given('123456');
    expect(redactor.mask('{"otp":123456,"a": 123456}')).toBe('{"otp":•••x•••,"a": •••x•••}');
    expect(redactor.mask('took 123456 ms, [123456], port:123456')).toBe(
      'took 123456 ms, [123456], port:123456',
    );
  });

  it('does not undo what a person registered', () => {
    const redactor = given('s3cr3t!x');
    redactor.register('s3cr3t!x', 'mine');
    expect(redactor.mask('my s3cr3t!x word')).toBe('my •••mine••• word');
  });

  it('is found in linear time', () => {
    const redactor = given('s3cr3t!x');
    const start = cpuMs();
    for (const piece of ['=', '"', ' Bearer ', 's3cr3t!x', '\\', '>']) redactor.mask(piece.repeat(200_000));
    expect(cpuMs() - start).toBeLessThan(3000);
  });
});

describe('a secret that is kept', () => {
  it('is masked everywhere, however short', () => {
    const redactor = new Redactor();
    redactor.registerKept('hunter2', 'password');
    const masked = redactor.mask('the word hunter2, in /hunter2/ and aHVudGVyMg==');
    expect(masked).toMatch(/^the word •••password•••, in \/•••password•••\/ and /);
    expect(masked).not.toContain('aHVudGVy');
  });

  it.each(['api.example.com', 'https://api.example.com/v1', '127.0.0.1:8080', 'localhost'])(
    '%s is masked as a value alone: it must not hide where a request goes',
    (value) => {
      const redactor = new Redactor();
      redactor.registerKept(value, 'client secret');
      expect(redactor.mask(`Could not connect to ${value}.`)).toBe(`Could not connect to ${value}.`);
      expect(redactor.mask(`{"client_secret":"${value}"}`)).toBe('{"client_secret":"•••client secret•••"}');
    },
  );
});
