import { describe, expect, test } from 'vitest';
import { parameterOf } from '../../../src/httpfile/resolve/charset.ts';
import type { Dialect } from '../../../src/httpfile/parse/tree.ts';
import { failure, type Options, resolve } from '../support.ts';

async function sent(type: string, body: string, options: Options = {}): Promise<string> {
  const request = await resolve(`POST https://a.org\nContent-Type: ${type}\n\n${body}`, options);
  return Buffer.from(request.body ?? []).toString('hex');
}

const hex = (...bytes: number[]) => Buffer.from(bytes).toString('hex');
const latin = (text: string) => Buffer.from(text, 'latin1').toString('hex');

describe('the charset of the Content-Type', () => {
  const dialects: readonly Dialect[] = ['rest-client', 'visual-studio', 'httpyac', 'jetbrains', 'kulala'];

  test.each(dialects)('encodes the text: %s', async (dialect) => {
    expect(await sent('text/plain; charset=iso-8859-1', 'naïve', { dialect })).toBe(latin('naïve'));
  });

  test.each([
    ['text/plain;charset="ISO-8859-1"', 'ü', hex(0xfc)],
    ['text/plain; format=flowed; Charset=windows-1252', '€', hex(0x80)],
    ['application/json; charset=iso-8859-15', '{"a":"€"}', latin('{"a":"¤"}')],
    ['text/xml; charset=utf-16le', 'ab', hex(97, 0, 98, 0)],
    ['text/plain; charset=utf-16', 'a\nb', hex(0xff, 0xfe, 97, 0, 10, 0, 98, 0)],
    ['text/plain; charset=shift_jis', 'ア', hex(0x83, 0x41)],
    ['text/plain; charset=us-ascii', 'a', hex(97)],
    ['text/plain; charset=UTF8', 'ü', hex(0xc3, 0xbc)],
    ['text/plain', 'ü', hex(0xc3, 0xbc)],
    ['application/x-ndjson; charset=latin1', '"ü"', `${latin('"ü"')}0a`],
  ])('%s', async (type, body, bytes) => {
    expect(await sent(type, body)).toBe(bytes);
  });

  test('holds for variables, forms, files with variables and GraphQL', async () => {
    const overrides = { v: 'ü', type: 'text/plain; charset=latin1' };
    const contents = { '/project/api/f.txt': new Uint8Array([0xe9, 0x7b, 0x7b, 0x76, 0x7d, 0x7d]) };
    const options = { overrides, contents };
    expect(await sent('{{type}}', '{{v}}', options)).toBe(hex(0xfc));
    expect(await sent('application/x-www-form-urlencoded; charset=latin1', 'a={{v}} %&b=%FC', options)).toBe(
      latin('a=%FC%20%25&b=%FC'),
    );
    expect(await sent('text/plain; charset=latin1', '<@latin1 f.txt', options)).toBe(latin('éü'));
    expect(await sent('text/plain; charset=latin1', 'ü\n<@latin1 f.txt\n< f.txt', options)).toBe(
      latin('ü\néü\né{{v}}'),
    );
    expect(await sent('text/plain; charset=utf-16', '1\n<@latin1 f.txt', options)).toBe(
      hex(0xff, 0xfe, 0x31, 0, 10, 0, 0xe9, 0, 0xfc, 0),
    );
    const graphql = 'X-Request-Type: GraphQL\n\n{ a(b: "ü") }';
    const request = await resolve(
      `POST https://a.org\nContent-Type: application/json; charset=latin1\n${graphql}`,
    );
    expect(Buffer.from(request.body ?? []).toString('latin1')).toContain('"ü\\"');
  });

  test('of a part holds for that part', async () => {
    const body = [
      '--b',
      'Content-Disposition: form-data; name="ä"',
      'Content-Type: text/plain; charset=iso-8859-1',
      '',
      'ä',
      '--b',
      'Content-Disposition: form-data; name="x"',
      '',
      'ä',
      '--b--',
    ].join('\n');
    const utf8 = 'Ã¤';
    const text = Buffer.from(await sent('multipart/form-data; boundary=b', body), 'hex').toString('latin1');
    expect(text).toContain(`name="${utf8}"\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nä\r\n--b`);
    expect(text).toContain(`name="x"\r\n\r\n${utf8}\r\n--b--`);
  });

  test('that is not known is refused by name', async () => {
    for (const charset of ['klingon', 'base64', 'hex']) {
      const error = await failure(`POST https://a.org\nContent-Type: text/plain; charset=${charset}\n\na`);
      expect(error).toMatchObject({ code: 'request_invalid', data: { charset } });
      expect(error.message).toContain(charset);
    }
  });

  test('that lacks a character stops the request, which names it', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json']) {
      const error = await failure(`POST https://a.org\nContent-Type: ${type}; charset=iso-8859-1\n\na=5€ ☃`);
      expect(error.code).toBe('request_invalid');
      expect(error.message).toContain('€ (U+20AC), ☃ (U+2603)');
    }
  });

  test('a character that a variable holds is not named', async () => {
    const file = 'POST https://a.org\nContent-Type: text/plain; charset=ascii\n\n{{v}}';
    const error = await failure(file, { overrides: { v: 'pässword' } });
    expect(error.code).toBe('request_invalid');
    expect(error.message).not.toContain('ä');
  });
});

test('parameters of a media type', () => {
  expect(parameterOf('a/b; c="d;charset=e"; charset = "f\\"g" ; charset=h', 'charset')).toBe('f"g');
  expect(parameterOf('a/b; charset=', 'charset')).toBeNull();
});
