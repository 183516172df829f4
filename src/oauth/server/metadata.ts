import type { JsonObject } from '../../inspect/claims.ts';

/**
 * Metadata as RFC 8414 section 2 has it, of what deviates where it does no harm: members that are null or empty count
 * as absent, a list may be one text, and `true` may be text. An endpoint stays as it is: it is judged where it is used.
 */
export function asMetadata(members: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]): [string, unknown][] => {
      const read = name.endsWith('_supported') || FLAGS.has(name) ? readSupported(value) : value;
      return read === null || read === '' || read === undefined ? [] : [[name, read]];
    }),
  );
}

const FLAGS = new Set([
  'require_pushed_authorization_requests',
  'tls_client_certificate_bound_access_tokens',
]);

/** A list of texts, or whether something is supported; null for what is neither. */
function readSupported(value: unknown): unknown {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string' && item !== '');
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text === '' ? null : text.split(/[\s,]+/);
}

/** Where an issuer may publish its metadata, the likeliest first: before its path and behind it, of both kinds. */
export function metadataAddresses(issuer: URL): readonly string[] {
  const path = issuer.pathname.replace(/\/$/, '');
  const at = (pathname: string) => {
    const url = new URL(issuer);
    url.pathname = pathname;
    return url.href;
  };
  const openId = '/.well-known/openid-configuration';
  const rfc8414 = '/.well-known/oauth-authorization-server';
  const addresses = [at(path + openId), at(rfc8414 + path)];
  // Not as the standards have it, but some servers got it the wrong way round.
  return path === '' ? addresses : [...addresses, at(openId + path), at(path + rfc8414)];
}
