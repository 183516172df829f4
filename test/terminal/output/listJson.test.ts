import { expect, test } from 'vitest';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import { listJson } from '../../../src/terminal/output/listJson.ts';

test('what list --json prints', () => {
  const text = [
    '@host = https://a.org',
    '### Make',
    '# @name make',
    'POST {{host}}/x',
    'A: {{b}}',
    '',
    '{}',
    '###',
    'PUT {{host}}',
    '',
    '<@latin1 ./f.txt',
    '###',
    '  POST',
    '###',
    'POST https://a.org',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b--',
  ].join('\n');
  expect(listJson('a.http', parseHttpFile(text, { dialect: 'rest-client' }))).toEqual({
    file: 'a.http',
    dialect: 'rest-client',
    requests: [
      {
        name: 'make',
        title: 'Make',
        line: 4,
        method: 'POST',
        url: '{{host}}/x',
        headers: [['A', '{{b}}']],
        body: { kind: 'text', text: '{}' },
      },
      {
        name: null,
        title: null,
        line: 9,
        method: 'PUT',
        url: '{{host}}',
        headers: [],
        body: { kind: 'file', text: '<@latin1 ./f.txt', path: './f.txt' },
      },
      { name: null, title: null, line: 13, method: 'POST', url: '', headers: [], body: { kind: 'none' } },
      {
        name: null,
        title: null,
        line: 15,
        method: 'POST',
        url: 'https://a.org',
        headers: [['Content-Type', 'multipart/mixed; boundary=b']],
        body: { kind: 'multipart', text: '--b--' },
      },
    ],
    variables: [['host', 'https://a.org']],
    problems: [
      { line: 13, column: 1, code: 'url_missing', severity: 'error', message: 'This request has no URL.' },
    ],
  });
});
