import { describe, expect, it } from 'vitest';
import {
  maskedAssertion,
  maskedText,
  maskedWrittenUrl,
  textCredentials,
} from '../../src/redaction/maskedText.ts';
import { cpuMs } from '../support/cpuTime.ts';

describe('a text that a person wrote', () => {
  it.each([
    ['password=hunter2&page=2', 'password=•••&page=2'],
    ['X-Api-Key: abc', 'X-Api-Key: •••'],
    ['Authorization: Bearer abc', 'Authorization: Bearer •••'],
    ['{"user":"zoe","client_secret":"x\\"y"}', '{"user":"zoe","client_secret":"•••"}'],
    ['"{\\"apiKey\\": \\"abc\\"}"', '"{\\"apiKey\\": \\"•••\\"}"'],
    ["{ password: 'p w', user }", "{ password: '•••', user }"],
    ['login(user: "zoe", password: "hunter2") { token }', 'login(user: "zoe", password: "•••") { token }'],
    ['run #login (@password=hunter2, @user=zoe)', 'run #login (@password=•••, @user=zoe)'],
    [
      '<password kind="x">abc</password><user>zoe</user>',
      '<password kind="x">•••</password><user>zoe</user>',
    ],
    ['body["password"] === `x y`', 'body["password"] === `•••`'],
    ['user[password]=x', 'user[password]=•••'],
    ['{"api key": "abc"}', '{"api key": "•••"}'],
    ['token="never closed', 'token="•••'],
    ['at https://zoe:pw@a.example/?sig=abc&b=1', 'at https://zoe:•••@a.example/?sig=•••&b=1'],
    ['key=AIzaSyA1234567890abcd', 'key=•••'],
  ])('%s', (text, masked) => {
    expect(maskedText(text)).toBe(masked);
  });

  it.each([
    'password={{password}}',
    '{"password": "{{pw}}", "token": null}',
    'the token is sent: see below',
    '{"key":"theme","auth":"basic","max_tokens":1024,"page_token":"abc"}',
    'https://a.example/tokens?page=2',
    'typeof token === "undefined"',
  ])('%s stays', (text) => {
    expect(maskedText(text)).toBe(text);
  });

  it('tells its credentials without their escapes', () => {
    expect(textCredentials('{"password":"a\\"\\u0062", b: 1} secret=c')).toEqual(['a"b', 'c']);
  });

  it.each(['key=', 'a:"', 'a:\\"', '<a>', 'token:"', 'a://', "token = ` ' ", 'x == ', 'key ', '   ', '\t]"'])(
    'takes a time that grows with its length: %s',
    (piece) => {
      const time = (times: number) => {
        const text = piece.repeat(times);
        const start = cpuMs();
        maskedText(text);
        maskedAssertion(text);
        return cpuMs() - start;
      };
      time(1000);
      // Ten times as long: ten times the time, where a square would be a hundred.
      expect(time(50_000)).toBeLessThan(Math.max(20, time(5_000)) * 50);
    },
  );
});

it.each([
  [
    '{{host}}/a?{{f({ password: "a=b", n: 1 })}}&page=2',
    '{{host}}/a?{{f({ password: "•••", n: 1 })}}&page=2',
  ],
  [
    'zoe:pw@a.example/{{token}}?token={{token}}&sig=abc',
    'zoe:•••@a.example/{{token}}?token={{token}}&sig=•••',
  ],
])('the URL of a request, %s', (url, masked) => {
  expect(maskedWrittenUrl(url)).toBe(masked);
});

describe('an assertion', () => {
  it.each([
    ['?? header x-api-key startsWith abc', '?? header x-api-key startsWith •••'],
    ['?? header authorization == Bearer abc def', '?? header authorization == •••'],
    ['?? body $.user.password != p w', '?? body $.user.password != •••'],
    ['?? js response.parsedBody.access_token === "abc"', '?? js response.parsedBody.access_token === •••'],
    ['?? body includes password=abc', '?? body includes password=•••'],
    ['?? body == {"password":"x","a":1}', '?? body == {"password":"•••","a":1}'],
    ['# @expect body password contains abc', '# @expect body password contains •••'],
    ['# @expect header x-api-key "abc 1"', '# @expect header x-api-key •••'],
    ['?? body $.user.password "abc"', '?? body $.user.password •••'],
  ])('%s', (text, masked) => {
    expect(maskedAssertion(text)).toBe(masked);
  });

  it.each([
    '?? status == 200',
    '?? header set-cookie exists',
    '?? body token == {{token}}',
    '?? body token != null',
    '?? body title == a: b',
  ])('%s stays', (text) => {
    expect(maskedAssertion(text)).toBe(text);
  });
});
