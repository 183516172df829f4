import words from '../../package.nls.json' with { type: 'json' };
import { type Line, Picture, type Run } from './picture.ts';

/** A request as the editor shows it: the lenses above it, its token, and its result at the end of the line. */
function request(lenses: string, token: string, line: string, result: Run): Line[] {
  const [method = '', target = ''] = line.split(' ');
  return [
    { runs: [[lenses, 'lens']], size: 12 },
    {
      runs: [
        ['# @token ', 'dim'],
        [token, 'value'],
      ],
    },
    { runs: [[method, 'keyword'], [` ${target}   `, 'text'], result] },
  ];
}

const plain = (...runs: readonly Run[]): Line => ({ runs });
const empty: Line = { runs: [] };

/** Each picture of media/walkthrough by its name. */
export function drawings(): Map<string, string> {
  return new Map([
    ['sandbox', sandbox().svg(words['walkthrough.sandbox.alt'])],
    ['send', send().svg(words['walkthrough.send.alt'])],
    ['token', token().svg(words['walkthrough.token.alt'])],
    ['expired', expired().svg(words['walkthrough.expired.alt'])],
    ['scope', scope().svg(words['walkthrough.scope.alt'])],
    ['own-api', ownApi().svg(words['walkthrough.ownApi.alt'])],
  ]);
}

function sandbox(): Picture {
  return new Picture()
    .window('tour.http', [
      plain(['### 1. The API, without a token', 'dim']),
      plain(['GET', 'keyword'], [' {{sandboxApi}}/', 'text']),
      empty,
      plain(['### 2. Reports, with the token "viewer"', 'dim']),
      plain(['# @token ', 'dim'], ['viewer', 'value']),
      plain(['GET', 'keyword'], [' {{sandboxApi}}/reports', 'text']),
    ])
    .notification(
      [
        plain(['The sandbox is running: issuer http://127.0.0.1:7420,', 'text']),
        plain(['API http://127.0.0.1:7421. It stops with the editor.', 'text']),
      ],
      ['Open Tour', 'Open API'],
    );
}

function send(): Picture {
  return new Picture()
    .window(
      'tour.http',
      request('Send | viewer · 5 min', 'viewer', 'GET {{sandboxApi}}/reports', [
        '✓ 200 · 59/60 left · 95 ms · 1.2 kB',
        'good',
      ]),
    )
    .window('Reports, with the token "viewer"', [
      plain(['200 OK · 95 ms · 1.2 kB · 59/60 left', 'text']),
      empty,
      plain(['{', 'text']),
      plain(['  "reports"', 'value'], [': [', 'text']),
      plain(
        ['    { ', 'text'],
        ['"title"', 'value'],
        [': ', 'text'],
        ['"Visitors by week"', 'accent'],
        [' }', 'text'],
      ),
    ]);
}

function token(): Picture {
  const child = (...runs: readonly Run[]): Line => ({ runs, indent: 2 });
  return new Picture().tree('KEYTURN: TOKENS', [
    { runs: [['⌄  sandbox', 'text']] },
    {
      runs: [
        ['⌄  viewer  ', 'text'],
        ['4 min · reports:read', 'dim'],
      ],
      indent: 1,
    },
    child(['Expires  ', 'text'], ['in 4 min, refreshed before', 'dim']),
    child(['Scopes  ', 'text'], ['reports:read', 'dim']),
    child(['Audience  ', 'text'], ['http://127.0.0.1:7421', 'dim']),
    child(['Issuer  ', 'text'], ['http://127.0.0.1:7420', 'dim']),
    child(['Allowed origins  ', 'text'], ['http://127.0.0.1:7421', 'dim']),
    {
      runs: [
        ['›  editor  ', 'text'],
        ['obtained on send', 'dim'],
      ],
      indent: 1,
    },
  ]);
}

function expired(): Picture {
  const step = (number: string, sign: Run, ...runs: readonly Run[]): Line => ({
    runs: [[`${number}  `, 'dim'], ...runs, ['   ', 'text'], sign],
  });
  return new Picture()
    .window('What Keyturn does', [
      step('1', ['401, the token expired', 'bad'], ['GET', 'keyword'], [' /reports', 'text']),
      step('2', ['a new token', 'good'], ['POST', 'keyword'], [' /token', 'text']),
      step('3', ['200 OK', 'good'], ['GET', 'keyword'], [' /reports', 'text']),
    ])
    .window(
      'tour.http',
      request('Send | viewer · 5 min', 'viewer', 'GET {{sandboxApi}}/reports', [
        '✓ 200 · 55/60 left · 120 ms',
        'good',
      ]),
    );
}

function scope(): Picture {
  return new Picture()
    .window(
      'tour.http',
      request(
        'Send | viewer · 4 min | Requires scope reports:write',
        'viewer',
        'POST {{sandboxApi}}/reports',
        ['! 403 · 54/60 left · 12 ms', 'warning'],
      ),
    )
    .window('Why', [
      plain(['required  ', 'dim'], ['reports:write', 'bad']),
      plain(['viewer    ', 'dim'], ['reports:read', 'text']),
      plain(['editor    ', 'dim'], ['reports:read ', 'text'], ['reports:write', 'good']),
    ]);
}

function ownApi(): Picture {
  const member = (name: string, value: string, end = ','): Line =>
    plain([`    "${name}"`, 'value'], [': ', 'text'], [value, 'accent'], [end, 'text']);
  return new Picture()
    .window('keyturn.json', [
      plain(['{ ', 'text'], ['"tokens"', 'value'], [': {', 'text']),
      plain(['  "ann"', 'value'], [': {', 'text']),
      member('grant', '"authorization_code"'),
      member('issuer', '"https://id.example.com"'),
      member('clientId', '"orders-tests"'),
      member('origins', '["https://api.example.com"]', ''),
      plain(['} } }', 'text']),
    ])
    .window('requests.http', [
      plain(['# @token ', 'dim'], ['ann', 'value']),
      plain(['GET', 'keyword'], [' https://api.example.com/orders', 'text']),
    ]);
}
