import { describe, expect, it } from 'vitest';
import { KeyturnError } from '../../src/base/errors.ts';
import { safeFileName } from '../../src/editor/responses/bodyFileName.ts';
import { headFold, indentFolds } from '../../src/editor/responses/responseFolds.ts';
import { responseName } from '../../src/editor/responses/responseName.ts';
import { responseText, waitingText } from '../../src/editor/responses/responseText.ts';
import { requestNode, response, result } from './support.ts';

const secret = 'tok-very-secret-value';
const mask = (text: string) => text.replaceAll(secret, '•••');
const keep = (text: string) => text;

describe('the text of a response', () => {
  it('puts the head in a comment, and the formatted body below it', () => {
    const one = result({ response: response({ text: '{"id":12345678901234567890,"a":[]}' }) });
    const { text, languageId, headLines, statusColumn, bodyOffset } = responseText(one, keep, false);
    expect(text.split('\n')).toEqual([
      '// ✓ 200 OK · 84 ms · 34 B',
      '// GET https://api.example.com/reports',
      '//',
      '// Content-Type: application/json',
      '',
      '{',
      '  "id": 12345678901234567890,',
      '  "a": []',
      '}',
    ]);
    expect(languageId).toBe('jsonc');
    expect(headLines).toBe(5);
    expect(statusColumn).toBe(3);
    expect(text.slice(bodyOffset).startsWith('{')).toBe(true);
  });

  it('masks secrets that the server echoes, unless they are to be revealed', () => {
    const one = result({ response: response({ text: `{"token":"${secret}"}` }) });
    const masked = responseText(one, mask, false);
    expect(masked.text).not.toContain(secret);
    expect(masked.hasSecrets).toBe(true);
    const revealed = responseText(one, mask, true);
    expect(revealed.text).toContain(secret);
    expect(revealed.hasSecrets).toBe(true);
    expect(responseText(result(), mask, false).hasSecrets).toBe(false);
  });

  it('lets no header out of the comment', () => {
    const headers = [
      ['Content-Type', 'application/xml'],
      ['X-Evil', 'a --> <b/>'],
    ] as const;
    const { text, languageId } = responseText(
      result({ response: response({ headers, text: '<a/>' }) }),
      keep,
      false,
    );
    expect(languageId).toBe('xml');
    expect(text.indexOf('-->')).toBe(text.lastIndexOf('-->'));
    expect(text.split('\n').at(-1)).toBe('<a/>');
    const broken = [
      ['Content-Type', 'application/json'],
      ['X-Evil', 'a\nb'],
    ] as const;
    const lines = responseText(result({ response: response({ headers: broken }) }), keep, false).text.split(
      '\n',
    );
    expect(lines.slice(0, 5).every((line) => line.startsWith('//'))).toBe(true);
  });

  it('shows JSON that is none as it came', () => {
    const one = result({ response: response({ text: '{"a": ' }) });
    const { text, bodyOffset } = responseText(one, keep, false);
    expect(text.slice(bodyOffset)).toBe('{"a": ');
  });

  it('says of a body that was cut off how to get the rest', () => {
    const one = result({ response: response({ bodyTruncated: true, sizeBytes: 1e9 }) });
    expect(responseText(one, keep, false).text).toContain('keyturn.response.maxSize');
  });

  it('says why a body is not whole, and shows what came', () => {
    const fault = new KeyturnError('decompression_failed', 'The body is not valid gzip data.', {
      hint: 'Ask for it uncompressed.',
    });
    const error = { code: fault.code, message: fault.message, hint: fault.hint ?? null };
    const broken = response({ status: 422, statusText: '', bodyFault: fault, text: '{"a":1}' });
    const { text } = responseText(result({ response: broken, error }), keep, false);
    expect(text.split('\n')).toEqual([
      '// ✗ 422 Unprocessable Entity · 84 ms',
      '// 7 B',
      '// The body is not valid gzip data.',
      '// GET https://api.example.com/reports',
      '// Ask for it uncompressed.',
      '//',
      '// Content-Type: application/json',
      '',
      '{"a":1}',
    ]);
    const packed = { ...broken, body: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0) };
    expect(responseText(result({ response: packed, error }), keep, false)).toMatchObject({
      bodyIsBinary: true,
    });
    const image = { ...broken, headers: [['Content-Type', 'image/png']] as const };
    expect(responseText(result({ response: image, error }), keep, false)).toMatchObject({
      bodyIsBinary: true,
    });
  });

  it('offers to save what is no text, and says when there is no body', () => {
    const headers = [['Content-Type', 'application/zip']] as const;
    const binary = responseText(
      result({ response: response({ headers, body: new Uint8Array([80, 75, 3, 4, 0]) }) }),
      keep,
      false,
    );
    expect(binary).toMatchObject({ bodyIsBinary: true, languageId: 'plaintext' });
    const empty = responseText(result({ response: response({ status: 204, text: '' }) }), keep, false);
    expect(empty.text).toContain('No body.');
    expect(empty.bodyIsBinary).toBe(false);
  });

  it('says what failed and what to do next', () => {
    const error = { code: 'connection_refused', message: 'Nothing listens.', hint: 'Start it.' } as const;
    const { text } = responseText(result({ response: null, error }), keep, false);
    expect(text).toBe('GET https://api.example.com/reports\n\n✗ Nothing listens.\n\nStart it.\n');
  });

  it('says which environment a response is of, and what is awaited', () => {
    expect(responseText(result(), keep, false, 'environment staging').text).toContain(
      'environment staging\n',
    );
    const { text, hasSecrets } = waitingText(result({ response: null, request: null }), keep);
    expect(text).toMatch(/^GET .*\n\nSending…\n$/);
    expect(hasSecrets).toBe(false);
    const named = result({
      response: null,
      request: { method: 'GET', url: 'https://a/s3cret', headers: [] },
    });
    expect(waitingText(named, (all) => all.replaceAll('s3cret', '•••')).text).not.toContain('s3cret');
  });

  it('breaks a long sentence into lines, but neither a word nor a secret of several words', () => {
    const address = `https://id.example.com/${'x'.repeat(80)}`;
    const message = `The token endpoint ${address} answered "invalid_client" for the correct horse battery staple of a client that it does not know.`;
    const error = { code: 'invalid_client', message, hint: null } as const;
    const mask = (text: string) => text.replaceAll('correct horse battery staple', '****');
    const { text } = responseText(result({ response: null, error }), mask, false);
    expect(text.split('\n').slice(2)).toEqual([
      '✗ The token endpoint',
      address,
      'answered "invalid_client" for the ****',
      'of a client that it does not know.',
      '',
    ]);
  });
});

describe('the summary of a response', () => {
  it('is broken into lines that a narrow column shows whole, and says the notes in full below', () => {
    const note = 'The written Content-Length differs from the length of the body that was sent.';
    const { text, summaryLines } = responseText(
      result({ notRun: [{ kind: 'test', line: 3, text: null }], retried: 'invalid_token', notes: [note] }),
      keep,
      false,
    );
    expect(text.split('\n').slice(0, 6)).toEqual([
      '// ! 200 OK · 84 ms · 11 B',
      '// token refreshed after a 401',
      '// 1 test not run',
      '// GET https://api.example.com/reports',
      '// The written Content-Length differs',
      '// from the length of the body that',
    ]);
    expect(summaryLines).toBe(3);
  });
});

describe('the name of a response', () => {
  const nameOf = (text: string) => responseName({ node: requestNode(text) }, mask);

  it('is the title of its request, else its name, else method and path', () => {
    expect(nameOf('### All reports\nGET https://a.example/reports\n')).toBe('All reports');
    expect(nameOf('# @name list\nGET https://a.example/reports\n')).toBe('list');
    expect(nameOf('GET {{api}}/reports/1?page=2\n')).toBe('GET \u2215reports\u22151');
    expect(nameOf('GET https://a.example/\n')).toBe('GET \u2215');
  });

  it('holds no secret, is not long, and does not end like the name of a file', () => {
    expect(nameOf(`GET https://a.example/${secret}\n`)).toBe('GET \u2215•••');
    expect(nameOf(`### ${'x'.repeat(80)}\nGET https://a.example/\n`)).toHaveLength(40);
    expect(nameOf('GET https://a.example/big.json\n')).toBe('GET \u2215big.json\u00a0');
  });
});

describe('folds of a response', () => {
  it('folds the head to its first line and leaves the blank line', () => {
    expect(headFold(5)).toEqual([{ start: 0, end: 3 }]);
    expect(headFold(0)).toEqual([]);
  });

  it('folds by indentation', () => {
    const lines = ['head', '', '<a>', '  <b>', '    text', '  </b>', '</a>', ''];
    expect(indentFolds(2, lines.length, (line) => lines[line] ?? '')).toEqual([
      { start: 3, end: 4 },
      { start: 2, end: 5 },
    ]);
  });
});

describe('the file name of a body', () => {
  it('is the last part of the path, made harmless', () => {
    expect(safeFileName('https://example.com/a/report.pdf?x=1', '.pdf')).toBe('report.pdf');
    expect(safeFileName('https://example.com/reports', '.json')).toBe('reports.json');
    expect(safeFileName('https://example.com/', '.json')).toBe('response.json');
    expect(safeFileName('https://example.com/..%2f..%2fetc', '.txt')).toBe('_2f.._2fetc.txt');
    expect(safeFileName('no url', '')).toBe('response');
  });
});
