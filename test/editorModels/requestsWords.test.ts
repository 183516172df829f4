import { describe, expect, it } from 'vitest';
import { summary } from '../../src/editor/results/batchSummary.ts';
import { namedToken } from '../../src/editor/documents/tokenNames.ts';
import { tokenLensTitle } from '../../src/editor/requests/lensTitles.ts';
import { nextStep, unusableWords } from '../../src/editor/results/nextStep.ts';
import { codeSpan, escapeMarkdown } from '../../src/editor/platform/markdown.ts';
import { resultHover } from '../../src/editor/results/resultHover.ts';
import { resultProblems } from '../../src/editor/results/resultProblems.ts';
import { oneLine } from '../../src/editor/platform/oneLine.ts';
import { inlineWords, statusWords } from '../../src/editor/results/resultWords.ts';
import type { RateLimit } from '../../src/ratelimit/rateLimit.ts';
import type { RequestChallenge, RequestResult } from '../../src/run/result.ts';
import { requestNode, response, result, sentAtMs } from './support.ts';

const limit: RateLimit = {
  name: 'core',
  limit: 5000,
  remaining: 4986,
  used: 14,
  resetAtMs: sentAtMs + 41 * 60_000,
  windowSeconds: 3600,
  unit: 'requests',
  source: 'github',
  partitionKey: null,
};

const words = (one: RequestResult, afterMs = 100) =>
  inlineWords({ kind: 'done', result: one }, sentAtMs + afterMs);

const problems = (one: RequestResult, afterMs = 100) =>
  resultProblems(one, sentAtMs + afterMs).map(({ text }) => text);

describe('the inline result', () => {
  it('begins with the status and what is left of the limit, for where room is short', () => {
    const long = response({ text: 'x'.repeat(1234) });
    expect(words(result({ response: long, rateLimits: [limit] }))).toEqual({
      text: '✓ 200 · 4,986/5,000 left · 84 ms · 1.2 kB',
      tone: 'success',
      aged: false,
    });
  });

  it('ages: after a minute its age is said', () => {
    const one = result({ rateLimits: [limit] });
    expect(words(one, 3 * 60_000 + 84)).toEqual({
      text: '✓ 200 · 4,986/5,000 left · 84 ms · 11 B · 3 min ago',
      tone: 'success',
      aged: true,
    });
  });

  it('says when a limit starts anew once nothing is left of it', () => {
    const one = result({ rateLimits: [{ ...limit, remaining: 0 }] });
    expect(words(one)?.text).toBe('✓ 200 · 0/5,000 left, resets in 41 min · 84 ms · 11 B');
  });

  it('says behind the status what no lens can say', () => {
    const shown = inlineWords({ kind: 'done', result: result() }, sentAtMs, () => ['1 test not run']);
    expect(shown?.text).toBe('✓ 200 · 1 test not run · 84 ms · 11 B');
  });

  it('has a sign beside the colour', () => {
    const withStatus = (status: number) => {
      const shown = words(result({ response: response({ status, statusText: '' }) }));
      return [shown?.tone, shown?.text.split(' · ')[0]];
    };
    expect(withStatus(204)).toEqual(['success', '✓ 204']);
    expect(withStatus(404)).toEqual(['warning', '! 404 Not Found']);
    expect(withStatus(503)).toEqual(['error', '✗ 503 Service Unavailable']);
  });

  it('says how long to wait after a 429', () => {
    const one = result({ response: response({ status: 429, statusText: '' }), retryAfterSeconds: 30 });
    expect(words(one)?.text).toBe('! 429 · retry in 30 s · 84 ms · 11 B');
  });

  it('says both what was answered and why the body is not whole', () => {
    const error = { code: 'connection_reset', message: 'The server hung up.', hint: 'Try again.' } as const;
    const one = result({ response: response({ status: 429, statusText: '' }), retryAfterSeconds: 30, error });
    expect(words(one)).toMatchObject({
      text: '✗ 429 · The server hung up. · retry in 30 s · 84 ms · 11 B',
      tone: 'error',
    });
    const hover = resultHover({ kind: 'done', result: one }, sentAtMs, String);
    expect(hover).toContain('**The server hung up.**\n\nTry again.\n\n**429 Too Many Requests**');
  });

  it('says a failure in one line, whatever its message holds', () => {
    const error = { code: 'connection_refused', message: 'Nothing listens\non port 9.', hint: null } as const;
    expect(words(result({ response: null, error }))).toMatchObject({
      text: '✗ Nothing listens on port 9.',
      tone: 'error',
    });
    const cancelled = { code: 'cancelled', message: 'Cancelled.', hint: null } as const;
    expect(words(result({ response: null, error: cancelled }))).toMatchObject({ tone: 'warning' });
  });

  it('warns of a certificate that was not verified, and of a body that was cut off', () => {
    const one = result({
      response: response({ tlsVerified: false, bodyTruncated: true, sizeBytes: 5_000_000 }),
    });
    expect(words(one)).toMatchObject({ tone: 'warning' });
    expect(words(one)?.text).toContain('cut off after 11 B');
    expect(problems(one)).toEqual(['Certificate not verified']);
  });

  it('waits a moment before it says that a request runs', () => {
    const at = (ms: number, previous: RequestResult | null = null) =>
      inlineWords({ kind: 'running', startedAtMs: sentAtMs, previous }, sentAtMs + ms)?.text;
    expect([at(100), at(400), at(3200)]).toEqual([undefined, 'Sending…', 'Sending… 3 s']);
    expect([at(100, result()), at(400, result())]).toEqual(['✓ 200 · 84 ms · 11 B', 'Sending…']);
  });

  it('keeps control characters and long reasons of a server out', () => {
    expect(statusWords({ status: 200, statusText: `a\u0007b${'c'.repeat(500)}` })).toHaveLength(64);
    expect(oneLine('a\r\nb\u2028c', 10)).toBe('a b c');
  });
});

describe('what a server says of the token', () => {
  const challenge: RequestChallenge = {
    origin: 'https://api.example.com',
    error: null,
    errorDescription: null,
    scopes: [],
    missingScopes: [],
    acrValues: [],
    maxAgeSeconds: null,
    resourceMetadata: null,
    refusal: null,
  };
  const refusal = {
    code: 'token_invalid',
    message: 'It cannot be refreshed.',
    hint: 'Add a new one.',
  } as const;
  const refused = response({ status: 401, statusText: 'Unauthorized' });
  const node = requestNode('# @token viewer\nGET https://api.example.com/reports\n');

  it.each<[string, Partial<RequestResult>, string | null]>([
    ['a refresh that helped', { response: response(), retried: 'invalid_token' }, null],
    ['a nonce that helped', { response: response(), retried: 'use_dpop_nonce' }, null],
    ['a 401 that asks for a token', { challenge }, null],
    ['a refusal', { challenge: { ...challenge, refusal } }, 'Token refused'],
    ['a refusal by name', { challenge: { ...challenge, error: 'invalid_token' } }, 'Token refused'],
    [
      'two refusals',
      { retried: 'invalid_token', challenge: { ...challenge, error: 'invalid_token', refusal } },
      'Token refused, and the fresh one too',
    ],
    [
      'missing scopes',
      { challenge: { ...challenge, error: 'insufficient_scope', missingScopes: ['a', 'b\u0007'] } },
      'Requires scope a b\\u{07}',
    ],
    ['an unnamed scope', { challenge: { ...challenge, error: 'insufficient_scope' } }, 'More scope needed'],
    [
      'another authentication',
      {
        challenge: {
          ...challenge,
          error: 'insufficient_user_authentication',
          acrValues: ['urn:mfa'],
          maxAgeSeconds: 300,
        },
      },
      'A sign-in with urn:mfa not older than 5 min is …',
    ],
    [
      'an authentication from now',
      { challenge: { ...challenge, error: 'insufficient_user_authentication', maxAgeSeconds: 0 } },
      'A sign-in made now is wanted',
    ],
  ])('stands above the request: %s', (_name, parts, said) => {
    expect(problems(result({ response: refused, node, ...parts }))).toEqual(said === null ? [] : [said]);
  });

  it('stands in the hover at length', () => {
    const asked: RequestResult = result({
      response: refused,
      retried: 'use_dpop_nonce',
      token: {
        name: 'viewer',
        status: 'active',
        refreshed: false,
        expiresAtMs: null,
        scope: 'reports:read',
        askedScope: 'reports:read admin',
      },
      challenge: {
        ...challenge,
        error: 'insufficient_scope',
        errorDescription: '[no](command:x)',
        missingScopes: ['admin'],
        refusal,
      },
    });
    const text = resultHover({ kind: 'done', result: asked }, sentAtMs + 1000, () => '12:00:00');
    expect(text).toContain('scope reports\\:read, asked for reports\\:read admin');
    expect(text).toContain('Sent again with the nonce that the server asked for.');
    expect(text).toContain('insufficient\\_scope: \\[no\\]\\(command\\:x\\)');
    expect(text).toContain('Scopes that the token does not have: admin');
    expect(text).toContain('It cannot be refreshed. Add a new one.');
  });
});

describe('what a result asks of the person', () => {
  const bare = response({ status: 401, statusText: 'Unauthorized' });

  it('offers a token where none was named and no credentials were written', () => {
    expect(problems(result({ response: bare }))).toEqual(['Choose Token…']);
    const written = requestNode('GET https://api.example.com/\nAuthorization: Basic dTpw\n');
    expect(problems(result({ response: bare, node: written }))).toEqual([]);
    expect(problems(result({ response: response({ status: 403 }) }))).toEqual([]);
  });

  it('says until when to wait, and nothing once that is over', () => {
    const one = result({ response: response({ status: 429 }), retryAfterSeconds: 30 });
    expect(problems(one)).toEqual([expect.stringMatching(/^Wait until \d\d:\d\d:\d\d$/)]);
    expect(problems(one, 31_000)).toEqual([]);
    const [wait] = resultProblems(one, sentAtMs);
    expect(wait?.untilMs).toBe(sentAtMs + 80 + 30_000);
    const reset = result({ response: response({ status: 429 }), rateLimits: [{ ...limit, remaining: 0 }] });
    expect(problems(reset)).toHaveLength(1);
    expect(problems(result({ rateLimits: [{ ...limit, remaining: 0 }] }))).toEqual([]);
  });

  it('names tests that were not run, and notes, in few words with the whole beside them', () => {
    const note = 'The written Content-Length differs from the length of the body that was sent.';
    const one = result({ notRun: [{ kind: 'test', line: 3, text: 'is fine' }], notes: [note] });
    expect(problems(one)).toEqual(['1 test not run', 'The written Content-Length differs from the len…']);
    expect(resultProblems(one, sentAtMs)[1]?.detail).toBe(note);
  });

  it('says what Keyturn did besides without a doubt about the answer', () => {
    const one = result({ done: ['Keyturn sent login first.'] });
    expect(words(one)).toMatchObject({ tone: 'success', text: expect.stringMatching(/^✓ 200/) as string });
    expect(problems(one)).toEqual(['Keyturn sent login first.']);
    expect(words(result({ notes: ['The body is not whole.'] }))?.tone).toBe('warning');
  });
});

describe('the hover over a result', () => {
  const clock = () => '12:00:00';
  const hover = (one: RequestResult) => resultHover({ kind: 'done', result: one }, sentAtMs + 1000, clock);

  it('shows timings, limit headers, the token and redirects', () => {
    const text = hover(
      result({
        response: response({
          redirects: [
            { status: 302, from: 'https://a.example', to: 'https://b.example/x', dropped: ['Authorization'] },
          ],
        }),
        rateLimitHeaders: [['X-RateLimit-Remaining', '4986']],
        token: {
          name: 'viewer',
          status: 'active',
          refreshed: true,
          expiresAtMs: sentAtMs + 300_000,
          scope: null,
          askedScope: null,
        },
      }),
    );
    const table = '| First byte | Download | Total |\n| :-- | :-- | :-- |\n| 80 ms | 4 ms | 84 ms |';
    expect(text.replaceAll('\u00a0', '')).toContain(table);
    expect(text).toContain('The connection was open already.');
    expect(text).toContain('| X\\-RateLimit\\-Remaining | 4986 |');
    expect(text).toContain('Token **viewer** · expires in 5 min · obtained for this request');
    expect(text).toContain('without Authorization');
  });

  it('keeps a value inside its code span', () => {
    for (const end of ['\n', '\r', '\r\r', '\n\n', '\u2028', '\u2029', '\v', '\f', '\u0085', '`', '``']) {
      const span = codeSpan(`a${end}![x](https://evil.example/p.png)`);
      expect(span).toMatch(/^`[^`\s\x85]+(?: [^`\s\x85]+)*`$/);
    }
    expect(codeSpan('')).toBe('` `');
    expect(codeSpan('a\u202eb')).toBe('`a\\u{202E}b`');
    expect(codeSpan('x'.repeat(600))).toHaveLength(502);
  });

  it('makes no link of an address that a server writes', () => {
    expect(escapeMarkdown('www.evil.example WWW.evil.example')).toBe('www\\.evil.example WWW\\.evil.example');
    expect(escapeMarkdown('https://evil.example ftp://x')).toBe('https\\://evil.example ftp\\://x');
    expect(escapeMarkdown('zoe@evil.example')).toBe('zoe\\@evil.example');
    expect(escapeMarkdown('a\u2028b\u202e')).toBe(String.raw`a b\\u\{202E\}`);
  });

  it('lets no server write links, images, icons, rows or HTML', () => {
    const evil = '![x](https://evil.example/p.png) | <b> $(key) [a](command:x) `c`\n# h';
    const escaped = escapeMarkdown(evil);
    expect(escaped).not.toMatch(/(^|[^\\])[![\]()|<`#$]/);
    expect(
      hover(result({ rateLimitHeaders: [['X', evil]] }))
        .split('\n')
        .at(-3),
    ).toBe(`| X | ${escaped} |`);
  });

  it('says why nothing came back, and what to do', () => {
    const error = { code: 'token_missing', message: 'No token viewer.', hint: 'Add it.' } as const;
    const text = hover(result({ response: null, error }));
    expect(text).toContain('**No token viewer.**');
    expect(text).toContain('Add it.');
  });
});

describe('the token lens', () => {
  const title = (
    status: Parameters<typeof tokenLensTitle>[0]['status'],
    canRefresh = false,
    needsSignIn = false,
  ) =>
    tokenLensTitle(
      {
        name: 'viewer',
        status,
        expiresAtMs: sentAtMs + 240_000,
        canRefresh,
        needsSignIn,
        signsIn: needsSignIn,
      },
      sentAtMs,
    );

  it('says the remaining life, or what sending will do', () => {
    expect(title('active')).toBe('$(key)\u00a0viewer · 4 min');
    expect(title('expiring')).toBe('$(watch)\u00a0viewer · 4 min');
    expect(title('unknown')).toBe('$(key)\u00a0viewer');
    expect(title('expired')).toBe('$(warning)\u00a0viewer · expired');
    expect(title('expired', true)).toBe('$(key)\u00a0viewer · refreshed on send');
    expect(title('missing')).toBe('$(warning)\u00a0viewer · no token yet');
    expect(title('missing', true)).toBe('$(key)\u00a0viewer · obtained on send');
    expect(title('missing', false, true)).toBe('$(sign-in)\u00a0viewer · sign in on send');
    expect(title('expired', false, true)).toBe('$(sign-in)\u00a0viewer · expired, sign in on send');
    expect(title('active', false, true)).toBe('$(key)\u00a0viewer · 4 min');
  });

  it('finds the token in metadata first, then in URL, headers and body', () => {
    expect(namedToken(requestNode('# @token viewer\nGET https://a.example/\n'))).toBe('viewer');
    expect(namedToken(requestNode('GET https://a.example/\nX-Key: {{ $token legacy }}\n'))).toBe('legacy');
    expect(namedToken(requestNode('POST https://a.example/\n\n{"t": "{{$token inBody}}"}\n'))).toBe('inBody');
    expect(namedToken(requestNode())).toBeNull();
  });

  it('reads `{{$token name}}` only when it is complete', () => {
    const named = (target: string) => namedToken(requestNode(`GET http://a.example/${target}\n`));
    expect(named('{{a}}{{$token viewer}}')).toBe('viewer');
    expect(named('{{$token viewer')).toBeNull();
    expect(named('{{$token}}')).toBeNull();
  });

  it('stands a line of braces without an end', () => {
    const text = `GET http://a.example/${'{{'.repeat(1_000_000)}$token }}\n`;
    expect(namedToken(requestNode(text))).toBeNull();
  });
});

describe('the summary of Send All', () => {
  const none = { sent: 0, succeeded: 0, refused: 0, failed: 0, skipped: 0, notRun: 0 };

  it('says what was answered, refused and failed', () => {
    expect(summary({ ...none, sent: 4, succeeded: 1, refused: 1, failed: 2 }, 5)).toBe(
      'Sent 4 of 5 requests: 1 succeeded, 1 answered with a status of 400 or above, 2 failed.',
    );
  });

  it('says what was skipped, and what was not run', () => {
    expect(summary({ ...none, sent: 1, succeeded: 1, skipped: 1, notRun: 1 }, 2)).toBe(
      'Sent 1 of 2 requests: 1 succeeded, 1 skipped, 1 test or directive not run.',
    );
  });
});

describe('what to do after a failure', () => {
  const open = { environmentOpen: true, profileHasErrors: false };
  const chosen = { environmentOpen: false, profileHasErrors: false };

  it('points to the environments where none is chosen and a value is missing', () => {
    expect(nextStep('variable_unknown', open)).toBe('choose_environment');
    expect(nextStep('profile_invalid', open)).toBe('choose_environment');
    expect(unusableWords('profile_invalid', open)).toBe('choose an environment');
  });

  it('does not where one is chosen, or something else failed', () => {
    expect(nextStep('variable_unknown', chosen)).toBeNull();
    expect(nextStep('host_not_found', open)).toBeNull();
    expect(unusableWords('profile_invalid', chosen)).toBe('unusable');
  });

  it('points to the profile where that is wrong, whatever the environment', () => {
    for (const environmentOpen of [true, false]) {
      const wrong = { environmentOpen, profileHasErrors: true };
      expect(nextStep('profile_invalid', wrong)).toBe('correct_profile');
      expect(unusableWords('profile_invalid', wrong)).toBe('error in keyturn.json');
    }
    expect(nextStep('variable_unknown', { ...open, profileHasErrors: true })).toBe('choose_environment');
  });

  it('asks for a token that was never pasted, and says when there is none of that name', () => {
    expect(nextStep('token_missing', chosen)).toBe('paste_token');
    expect(nextStep('token_expired', chosen)).toBe('paste_token');
    expect(nextStep('invalid_grant', chosen)).toBe('paste_token');
    expect(nextStep('invalid_client', chosen)).toBe('set_client_secret');
    expect(nextStep('secret_missing', chosen)).toBe('set_client_secret');
    expect(unusableWords('profile_unknown', open)).toBe('no such token');
  });
});
