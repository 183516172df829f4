import { formatWhen } from '../../base/text.ts';
import type { DecodedToken } from '../../inspect/decode.ts';
import { hideTokens } from '../../inspect/hideTokens.ts';
import { visible, visibleJson } from '../../base/visible.ts';
import { type Palette } from '../output/streams.ts';

/** What can be read from a token without a key, for people. The signature is never part of it. */
export function describeToken(decoded: DecodedToken, nowMs: number, paint: Palette): string {
  const lines: [label: string, value: string][] = [['kind', decoded.kind.label]];
  const add = (label: string, value: string | null) => {
    if (value !== null && value !== '') lines.push([label, visible(value)]);
  };
  const time = (ms: number | null) => (ms === null ? null : formatWhen(ms, nowMs));
  if (decoded.kind.checksum !== null) add('checksum', decoded.kind.checksum);
  if (decoded.claims !== null) add('signature', signatureText(decoded));
  add('issuer', decoded.issuer);
  add('subject', decoded.subject);
  add('client', decoded.clientId);
  add('audience', decoded.audience.join(', '));
  add('scopes', decoded.scopes.join(' '));
  add('issued', time(decoded.issuedAtMs));
  add('not before', time(decoded.notBeforeMs));
  add('expires', time(decoded.expiresAtMs));
  const width = Math.max(...lines.map(([label]) => label.length));
  let text = lines.map(([label, value]) => `${paint.dim(label.padEnd(width))}  ${value}\n`).join('');
  if (decoded.kind.id === 'opaque') text += paint.dim('This token is opaque: only its issuer can read it.\n');
  for (const { message } of decoded.warnings) text += `${paint.warn('warning:')} ${visible(message)}\n`;
  if (decoded.header !== null) text += `\n${paint.bold('Header')}\n${json(decoded.header)}`;
  if (decoded.claims !== null) text += `\n${paint.bold('Claims')}\n${json(decoded.claims)}`;
  return text;
}

function signatureText({ header }: DecodedToken): string {
  const algorithm = header?.['alg'];
  return typeof algorithm === 'string' ? `${algorithm}, not verified` : 'not verified';
}

/** The same for programs; times as ISO 8601. To be written with `hideTokens`. */
export function tokenJson(decoded: DecodedToken) {
  const time = (ms: number | null) => {
    const date = new Date(ms ?? NaN);
    return Number.isNaN(date.getTime()) ? null : date.toISOString();
  };
  return {
    kind: decoded.kind,
    verified: false,
    header: decoded.header,
    claims: decoded.claims,
    scopes: decoded.scopes,
    audience: decoded.audience,
    issuer: decoded.issuer,
    subject: decoded.subject,
    clientId: decoded.clientId,
    issuedAt: time(decoded.issuedAtMs),
    notBefore: time(decoded.notBeforeMs),
    expiresAt: time(decoded.expiresAtMs),
    warnings: decoded.warnings,
  };
}

function json(value: unknown): string {
  return `${visibleJson(value, hideTokens, 2)}\n`;
}
