import { describe, expect, it } from 'vitest';
import { decodeText, describeContent, formatText } from '../../src/http/content.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);

describe('what a body is', () => {
  it.each([
    ['application/json', '{}', 'json', '.json', 'json'],
    ['Application/JSON; Charset=utf-8', '{}', 'json', '.json', 'json'],
    ['application/problem+json', '{}', 'json', '.json', 'json'],
    ['application/vnd.api+json; ext=x', 'not json', 'json', '.json', 'json'],
    ['application/x-ndjson', '{}\n{}', 'json', '.jsonl', 'jsonl'],
    ['text/xml', '<a/>', 'xml', '.xml', 'xml'],
    ['application/soap+xml', '<a/>', 'xml', '.xml', 'xml'],
    ['text/html', '<p>', 'html', '.html', 'html'],
    ['text/css', 'a{}', 'text', '.css', 'css'],
    ['application/yaml', 'a: 1', 'text', '.yaml', 'yaml'],
    ['text/x-unknown', 'a', 'text', '.txt', 'plaintext'],
    ['image/svg+xml', '<svg/>', 'image', '.svg', 'plaintext'],
    ['image/png', 'x', 'image', '.png', 'plaintext'],
    ['application/pdf', '%PDF-1', 'binary', '.pdf', 'plaintext'],
    ['video/mp4', 'x', 'binary', '.bin', 'plaintext'],
    ['text/plain', '  {"a": 1}\n', 'json', '.json', 'json'],
    ['text/plain', '[ok] started', 'text', '.txt', 'plaintext'],
    ['text/plain', '{not json}', 'text', '.txt', 'plaintext'],
    ['application/octet-stream', '{"a": 1}', 'json', '.json', 'json'],
    ['application/octet-stream', 'a\0b', 'binary', '.bin', 'plaintext'],
    ['application/x-strange', 'plain words', 'text', '.txt', 'plaintext'],
    [null, '<!DOCTYPE html><p>', 'html', '.html', 'html'],
    [null, '<?xml version="1.0"?><a/>', 'xml', '.xml', 'xml'],
    [null, 'plain words', 'text', '.txt', 'plaintext'],
    [null, '', 'text', '.txt', 'plaintext'],
    ['nonsense', '[1,2]', 'json', '.json', 'json'],
  ])('%s with %j is %s', (contentType, text, kind, extension, languageId) => {
    expect(describeContent(contentType, bytes(text))).toMatchObject({ kind, extension, languageId });
  });

  it.each([
    ['\x89PNG\r\n\x1a\n', 'image', '.png'],
    ['\xff\xd8\xff\xe0', 'image', '.jpg'],
    ['GIF89a', 'image', '.gif'],
    ['RIFF1234WEBPVP8', 'image', '.webp'],
    ['PK\x03\x04', 'binary', '.zip'],
    ['\x1f\x8b\x08', 'binary', '.gz'],
    ['\x00\x01\x02', 'binary', '.bin'],
  ])('without a type, %j is %s', (start, kind, extension) => {
    expect(describeContent(null, bytes(start, 'latin1'))).toMatchObject({ kind, extension, charset: null });
  });

  it('is text also when the look ends inside a character', () => {
    const text = `${'x'.repeat(1023)}é`;
    expect(describeContent(null, bytes(text)).kind).toBe('text');
  });
});

describe('the charset', () => {
  it.each([
    ['text/plain; charset=iso-8859-1', bytes('caf\u00e9', 'latin1'), 'café'],
    ['text/plain; charset="ISO-8859-1"', bytes('caf\u00e9', 'latin1'), 'café'],
    ['text/plain', bytes('caf\u00e9', 'latin1'), 'café'],
    ['text/plain', bytes('café'), 'café'],
    ['text/plain; charset=x-unknown', bytes('café'), 'café'],
    ['text/plain; charset=shift_jis', Buffer.from([0x83, 0x65]), 'テ'],
    ['text/plain; charset=iso-8859-1', bytes('\ufeffcafé'), 'café'],
    ['text/plain', bytes('\ufeffcafé', 'utf16le'), 'café'],
    ['application/json', bytes('\ufeff"é"'), '"é"'],
    ['application/json', bytes('"\u00e9"', 'latin1'), '"\ufffd"'],
    ['text/html', bytes('<meta charset=windows-1251>\u00ef', 'latin1'), '<meta charset=windows-1251>п'],
    [
      'text/html',
      bytes('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">\u00d0', 'latin1'),
      '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">п',
    ],
    ['text/html; charset=utf-8', bytes('<meta charset=windows-1251>п'), '<meta charset=windows-1251>п'],
    [
      'application/xml',
      bytes('<?xml version="1.0" encoding="ISO-8859-2"?>\u00b3', 'latin1'),
      '<?xml version="1.0" encoding="ISO-8859-2"?>ł',
    ],
    ['text/html', bytes('<meta charset=utf-16>é'), '<meta charset=utf-16>é'],
  ])('of %s', (contentType, body, expected) => {
    const { charset } = describeContent(contentType, body);
    expect(decodeText(body, charset)).toBe(expected);
  });

  it('that is unknown or absent is read as UTF-8', () => {
    expect(decodeText(bytes('é'), null)).toBe('é');
    expect(decodeText(bytes('é'), 'no-such-charset')).toBe('é');
  });
});

it('formats JSON only, and shows broken JSON as it came', () => {
  expect(formatText('json', '{"a":12345678901234567890}')).toBe('{\n  "a": 12345678901234567890\n}');
  expect(formatText('json', '{"a":}')).toBe('{"a":}');
  expect(formatText('xml', '<a><b/></a>')).toBe('<a><b/></a>');
});
