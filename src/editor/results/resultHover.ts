import { l10n } from 'vscode';
import type { HttpResponse } from '../../http/message.ts';
import { type NotRun, notRunWords } from '../../httpfile/marks/notRun.ts';
import { certificateRows } from '../../http/peerCertificate.ts';
import type { RequestResult, TestResult, TokenUse } from '../../run/result.ts';
import { formatDuration, formatElapsed } from '../../base/text.ts';
import { testWords } from '../../run/testWords.ts';
import { escapeMarkdown } from '../platform/markdown.ts';
import { oneLine } from '../platform/oneLine.ts';
import { scopeWords as scopesIn } from '../../inspect/scopes.ts';
import type { InlineState } from './inlineResults.ts';
import { statusWords } from './resultWords.ts';

/** Markdown for the hover over an inline result. Everything a server said is escaped. */
export function resultHover(state: InlineState, nowMs: number, localTime: (atMs: number) => string): string {
  if (state.kind === 'running')
    return l10n.t('Sending for {0}.', formatElapsed(Math.max(0, nowMs - state.startedAtMs)));
  const { result } = state;
  const { request, response, error, token } = result;
  const parts: string[] = [];
  if (error !== null) {
    parts.push(`**${escapeMarkdown(error.message)}**`);
    if (error.certificate !== undefined) {
      const rows = certificateRows(error.certificate);
      parts.push(rows.map(([label, value]) => `${label}: ${escapeMarkdown(value)}`).join('  \n'));
    }
    if (error.hint !== null) parts.push(escapeMarkdown(error.hint));
  }
  if (response !== null) {
    const status = `**${escapeMarkdown(statusWords(response))}**`;
    parts.push(l10n.t('{0} over HTTP/{1}', status, response.httpVersion));
  }
  if (request !== null)
    parts.push(`${escapeMarkdown(request.method)} ${escapeMarkdown(response?.url ?? request.url)}`);
  if (response?.tlsVerified === false) {
    const warning = l10n.t('The certificate of the server was not verified.');
    parts.push(`$(warning) **${warning}** ${l10n.t('Another server may have answered in its place.')}`);
  }
  if (response?.bodyTruncated === true) {
    const cut = l10n.t(
      'The body was cut off. Raise {0}, or use Send Request and Save Response Body.',
      '`keyturn.response.maxSize`',
    );
    parts.push(`$(warning) ${cut}`);
  }
  parts.push(...[...result.done, ...result.notes].map((note) => `$(info) ${escapeMarkdown(note)}`));
  if (result.tests.length > 0) parts.push(testList(result.tests));
  if (result.notRun.length > 0) parts.push(notRunList(result.notRun));
  if (token !== null) parts.push(tokenWords(token, nowMs));
  parts.push(...challengeParts(result));
  if (response !== null) {
    parts.push(timingsTable(response));
  }
  if (result.rateLimitHeaders.length > 0) parts.push(limitTable(result));
  if (response !== null && response.redirects.length > 0) parts.push(redirectList(response));
  const took = formatElapsed(Math.max(0, result.finishedAtMs - result.startedAtMs));
  parts.push(l10n.t('Sent at {0}, done {1} later.', escapeMarkdown(localTime(result.startedAtMs)), took));
  return parts.join('\n\n');
}

const mostListed = 20;

/** Those that failed come first. */
function testList(tests: readonly TestResult[]): string {
  const ordered = tests.toSorted((a, b) => Number(a.passed) - Number(b.passed));
  const lines = ordered.slice(0, mostListed).map(({ name, passed, message, line }) => {
    const place = line === null ? '' : ` (${l10n.t('line {0}', line + 1)})`;
    const why = message === null ? '' : `: ${escapeMarkdown(oneLine(message, 300))}`;
    return `- $(${passed ? 'pass' : 'error'}) ${escapeMarkdown(oneLine(name, 120))}${why}${place}`;
  });
  if (tests.length > mostListed) lines.push(`- ${l10n.t('and {0} more', tests.length - mostListed)}`);
  return `**${testWords(tests) ?? ''}**\n\n${lines.join('\n')}`;
}

function notRunList(left: readonly NotRun[]): string {
  const lines = left.slice(0, mostListed).map(({ kind, line, text }) => {
    const what = text === null ? '' : `: ${escapeMarkdown(text)}`;
    return `- ${l10n.t('Line {0}, {1}', line + 1, kind)}${what}`;
  });
  if (left.length > mostListed) lines.push(`- ${l10n.t('and {0} more', left.length - mostListed)}`);
  const why = l10n.t('Keyturn reads these and does not run them yet:');
  return `$(warning) **${notRunWords(left) ?? ''}.** ${why}\n\n${lines.join('\n')}`;
}

function tokenWords(token: TokenUse, nowMs: number): string {
  const facts = [`$(key) ${l10n.t('Token {0}', `**${escapeMarkdown(token.name)}**`)}`];
  if (token.expiresAtMs !== null) {
    const left = token.expiresAtMs - nowMs;
    facts.push(
      left > 0
        ? l10n.t('expires in {0}', formatDuration(left))
        : l10n.t('expired {0} ago', formatDuration(-left)),
    );
  }
  if (token.refreshed) facts.push(l10n.t('obtained for this request'));
  if (token.askedScope !== null) facts.push(scopeWords(token));
  return facts.join(' · ');
}

/** A server may grant something else than what `# @scope` asks for (RFC 6749 section 3.3). */
function scopeWords({ askedScope, scope }: TokenUse): string {
  const granted = scope ?? askedScope ?? '';
  const inOrder = (text: string | null) => scopesIn(text).sort().join(' ');
  return inOrder(granted) === inOrder(askedScope)
    ? l10n.t('scope {0}', escapeMarkdown(granted))
    : l10n.t('scope {0}, asked for {1}', escapeMarkdown(granted), escapeMarkdown(askedScope ?? ''));
}

/** What the server says of the token, and what was done about it. */
function challengeParts({ retried, challenge, token }: RequestResult): string[] {
  const parts: string[] = [];
  if (retried === 'invalid_token')
    parts.push(l10n.t('Sent again with a fresh token, since the server refused the old one.'));
  if (retried === 'use_dpop_nonce')
    parts.push(l10n.t('Sent again with the nonce that the server asked for.'));
  if (retried === 'invalid_dpop_proof') {
    parts.push(l10n.t("Sent again with the server's time in the DPoP proof, since the clocks differ."));
  }
  if (retried === 'digest')
    parts.push(l10n.t("Sent again with the answer to the server's Digest challenge."));
  if (challenge === null) return parts;
  const { refusal, errorDescription } = challenge;
  if (challenge.error !== null) {
    const description = errorDescription === null ? '' : `: ${escapeMarkdown(errorDescription)}`;
    parts.push(`$(shield) ${escapeMarkdown(challenge.error)}${description}`);
  }
  if (challenge.missingScopes.length > 0) {
    const scopes = challenge.missingScopes.map((scope) => escapeMarkdown(scope)).join(', ');
    parts.push(
      token === null
        ? l10n.t('Scopes that the request needs: {0}', scopes)
        : l10n.t('Scopes that the token does not have: {0}', scopes),
    );
  }
  if (challenge.acrValues.length > 0) {
    const levels = challenge.acrValues.map((acr) => escapeMarkdown(acr)).join(', ');
    parts.push(l10n.t('The server requires a sign-in with one of: {0}', levels));
  }
  if (challenge.maxAgeSeconds !== null) {
    const age = formatDuration(challenge.maxAgeSeconds * 1000);
    parts.push(l10n.t('The server requires a sign-in that is not older than {0}.', age));
  }
  if (refusal !== null) {
    const hint = refusal.hint === null ? '' : ` ${escapeMarkdown(refusal.hint)}`;
    parts.push(`${escapeMarkdown(refusal.message)}${hint}`);
  }
  return parts;
}

function timingsTable({ timings }: HttpResponse): string {
  const rows: (readonly [string, number | null])[] = [
    [l10n.t('DNS'), timings.dnsMs],
    [l10n.t('Connect'), timings.connectMs],
    [l10n.t('TLS'), timings.tlsMs],
    [l10n.t('First byte'), timings.firstByteMs],
    [l10n.t('Download'), timings.downloadMs],
    [l10n.t('Total'), timings.totalMs],
  ];
  const known = rows.flatMap(([phase, ms]) => (ms === null ? [] : [[phase, formatElapsed(ms)] as const]));
  // Hovers give the cells of a table no room of their own.
  const room = '\u00a0\u00a0\u00a0';
  const table = [
    known.map(([phase]) => `${phase}${room}`),
    known.map(() => ':--'),
    known.map(([, time]) => `${time}${room}`),
  ];
  const reused = timings.connectMs === null ? `\n\n${l10n.t('The connection was open already.')}` : '';
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}${reused}`;
}

function limitTable({ rateLimitHeaders }: RequestResult): string {
  const lines = rateLimitHeaders
    .slice(0, 40)
    .map(([name, value]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} |`);
  const heads = `| ${l10n.t('Limit header')}\u00a0\u00a0\u00a0 | ${l10n.t('Value')} |`;
  return `${heads}\n| :-- | :-- |\n${lines.join('\n')}`;
}

function redirectList({ redirects }: HttpResponse): string {
  const lines = redirects.map(({ status, to, dropped }) => {
    const left = dropped.map((name) => escapeMarkdown(name)).join(', ');
    const step =
      left === ''
        ? l10n.t('{0} to {1}', status, escapeMarkdown(to))
        : l10n.t('{0} to {1}, without {2}', status, escapeMarkdown(to), left);
    return `1. ${step}`;
  });
  return `${l10n.t('Redirects:')}\n\n${lines.join('\n')}`;
}
