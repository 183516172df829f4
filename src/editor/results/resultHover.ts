import type { HttpResponse } from '../../http/message.ts';
import { type NotRun, notRunWords } from '../../httpfile/marks/notRun.ts';
import { certificateRows } from '../../http/peerCertificate.ts';
import type { RequestResult, TokenUse } from '../../run/result.ts';
import { formatDuration, formatElapsed } from '../../base/text.ts';
import { escapeMarkdown } from '../platform/markdown.ts';
import { scopeWords as scopesIn } from '../../inspect/scopes.ts';
import type { InlineState } from './inlineResults.ts';
import { statusWords } from './resultWords.ts';

/** Markdown for the hover over an inline result. Everything a server said is escaped. */
export function resultHover(state: InlineState, nowMs: number, localTime: (atMs: number) => string): string {
  if (state.kind === 'running')
    return `Sending for ${formatElapsed(Math.max(0, nowMs - state.startedAtMs))}.`;
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
    parts.push(`**${escapeMarkdown(statusWords(response))}** over HTTP/${response.httpVersion}`);
  }
  if (request !== null)
    parts.push(`${escapeMarkdown(request.method)} ${escapeMarkdown(response?.url ?? request.url)}`);
  if (response?.tlsVerified === false) {
    parts.push(
      '$(warning) **The certificate of the server was not verified.** Anybody on the way can have answered.',
    );
  }
  if (response?.bodyTruncated === true) {
    parts.push(
      '$(warning) The body was cut off. Raise `keyturn.response.maxSize`, or use Send Request and Save Response Body.',
    );
  }
  parts.push(...result.notes.map((note) => `$(info) ${escapeMarkdown(note)}`));
  if (result.notRun.length > 0) parts.push(notRunList(result.notRun));
  if (token !== null) parts.push(tokenWords(token, nowMs));
  parts.push(...challengeParts(result));
  if (response !== null) {
    parts.push(timingsTable(response));
  }
  if (result.rateLimitHeaders.length > 0) parts.push(limitTable(result));
  if (response !== null && response.redirects.length > 0) parts.push(redirectList(response));
  const took = formatElapsed(Math.max(0, result.finishedAtMs - result.startedAtMs));
  parts.push(`Sent at ${escapeMarkdown(localTime(result.startedAtMs))}, done ${took} later.`);
  return parts.join('\n\n');
}

const mostListed = 20;

function notRunList(left: readonly NotRun[]): string {
  const lines = left.slice(0, mostListed).map(({ kind, line, text }) => {
    const what = text === null ? '' : `: ${escapeMarkdown(text)}`;
    return `- Line ${line + 1}, ${kind}${what}`;
  });
  if (left.length > mostListed) lines.push(`- and ${left.length - mostListed} more`);
  return `$(warning) **${notRunWords(left) ?? ''}.** Keyturn reads these and does not run them yet:\n\n${lines.join('\n')}`;
}

function tokenWords(token: TokenUse, nowMs: number): string {
  const facts = [`$(key) Token **${escapeMarkdown(token.name)}**`];
  if (token.expiresAtMs !== null) {
    const left = token.expiresAtMs - nowMs;
    facts.push(left > 0 ? `expires in ${formatDuration(left)}` : `expired ${formatDuration(-left)} ago`);
  }
  if (token.refreshed) facts.push('obtained for this request');
  if (token.askedScope !== null) facts.push(scopeWords(token));
  return facts.join(' · ');
}

/** A server may grant something else than what `# @scope` asks for (RFC 6749 section 3.3). */
function scopeWords({ askedScope, scope }: TokenUse): string {
  const granted = scope ?? askedScope ?? '';
  const inOrder = (text: string | null) => scopesIn(text).sort().join(' ');
  const words = `scope ${escapeMarkdown(granted)}`;
  return inOrder(granted) === inOrder(askedScope)
    ? words
    : `${words}, asked for ${escapeMarkdown(askedScope ?? '')}`;
}

/** What the server says of the token, and what was done about it. */
function challengeParts({ retried, challenge, token }: RequestResult): string[] {
  const parts: string[] = [];
  if (retried === 'invalid_token')
    parts.push('Sent again with a fresh token, since the server refused the old one.');
  if (retried === 'use_dpop_nonce') parts.push('Sent again with the nonce that the server asked for.');
  if (retried === 'invalid_dpop_proof') {
    parts.push('Sent again with the time of the server in its verification: the clocks differ.');
  }
  if (challenge === null) return parts;
  const { refusal, errorDescription } = challenge;
  if (challenge.error !== null) {
    const description = errorDescription === null ? '' : `: ${escapeMarkdown(errorDescription)}`;
    parts.push(`$(shield) ${escapeMarkdown(challenge.error)}${description}`);
  }
  if (challenge.missingScopes.length > 0) {
    const scopes = challenge.missingScopes.map((scope) => escapeMarkdown(scope)).join(', ');
    parts.push(
      token === null ? `Scopes that are needed: ${scopes}` : `Scopes that the token does not have: ${scopes}`,
    );
  }
  if (challenge.acrValues.length > 0) {
    parts.push(
      `A sign-in is wanted with ${challenge.acrValues.map((acr) => escapeMarkdown(acr)).join(' or ')}`,
    );
  }
  if (challenge.maxAgeSeconds !== null) {
    parts.push(`The sign-in may not be older than ${formatDuration(challenge.maxAgeSeconds * 1000)}.`);
  }
  if (refusal !== null) {
    const hint = refusal.hint === null ? '' : ` ${escapeMarkdown(refusal.hint)}`;
    parts.push(`${escapeMarkdown(refusal.message)}${hint}`);
  }
  return parts;
}

function timingsTable({ timings }: HttpResponse): string {
  const rows: (readonly [string, number | null])[] = [
    ['DNS', timings.dnsMs],
    ['Connect', timings.connectMs],
    ['TLS', timings.tlsMs],
    ['First byte', timings.firstByteMs],
    ['Download', timings.downloadMs],
    ['Total', timings.totalMs],
  ];
  const known = rows.flatMap(([phase, ms]) => (ms === null ? [] : [[phase, formatElapsed(ms)] as const]));
  // Hovers give the cells of a table no room of their own.
  const room = '\u00a0\u00a0\u00a0';
  const table = [
    known.map(([phase]) => `${phase}${room}`),
    known.map(() => ':--'),
    known.map(([, time]) => `${time}${room}`),
  ];
  const reused = timings.connectMs === null ? '\n\nThe connection was open already.' : '';
  return `${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}${reused}`;
}

function limitTable({ rateLimitHeaders }: RequestResult): string {
  const lines = rateLimitHeaders
    .slice(0, 40)
    .map(([name, value]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} |`);
  return `| Limit header\u00a0\u00a0\u00a0 | Value |\n| :-- | :-- |\n${lines.join('\n')}`;
}

function redirectList({ redirects }: HttpResponse): string {
  const lines = redirects.map(({ status, to, dropped }) => {
    const left =
      dropped.length === 0 ? '' : `, without ${dropped.map((name) => escapeMarkdown(name)).join(', ')}`;
    return `1. ${status} to ${escapeMarkdown(to)}${left}`;
  });
  return `Redirects:\n\n${lines.join('\n')}`;
}
