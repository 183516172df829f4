import { isObject } from '../inspect/claims.ts';
import { scopeWords } from '../inspect/scopes.ts';
import { readAnswer } from './server/answerBody.ts';
import { MemberFault } from './server/failure.ts';

/** Servers write these where they mean Bearer: Apigee, and those that take the name of RFC 8693's types. */
const BEARER = /^(?:bearer|bearertoken|bearer token|urn:ietf:params:oauth:token-type:(?:access_token|jwt))$/;
/** Seconds; a lifetime beyond it says nothing. */
const LONGEST_LIFE = 1e10;

/**
 * The answer of a token endpoint as RFC 6749 section 5.1 has it, of one that deviates in what is not needed: any status
 * that means success, a form instead of JSON, no type or Bearer in other words, scopes in a list, members that are null,
 * empty or of another type, and lifetimes that are no numbers. An answer that cannot be read is handed on as it is. Fails
 * with a MemberFault.
 */
export async function asTokenResponse(response: Response, mask: (text: string) => string): Promise<Response> {
  if (!response.ok) return response;
  const { members } = await readAnswer(response.clone(), mask);
  if (members === null) return response;
  if (typeof members['access_token'] !== 'string' || members['access_token'] === '') {
    throw new MemberFault('access_token');
  }
  const {
    token_type: type,
    expires_in: life,
    refresh_token: refresh,
    scope,
    id_token: idToken,
    ...others
  } = members;
  const optional = {
    expires_in: lifetime(life),
    refresh_token: text(refresh),
    scope: grantedScope(scope),
    id_token: text(idToken),
  };
  const given = Object.entries(optional).filter(([, value]) => value !== null);
  return new Response(
    JSON.stringify({ ...others, token_type: tokenType(type), ...Object.fromEntries(given) }),
    { status: 200, headers: withJson(response.headers) },
  );
}

/** The same answer without its ID token: where nothing uses one, an odd one is no reason to refuse the access token. */
export async function withoutIdToken(response: Response): Promise<Response> {
  const body: unknown =
    response.status === 200
      ? await response
          .clone()
          .json()
          .catch(() => null)
      : null;
  if (!isObject(body) || body['id_token'] === undefined) return response;
  const others = Object.entries(body).filter(([name]) => name !== 'id_token');
  return new Response(JSON.stringify(Object.fromEntries(others)), { status: 200, headers: response.headers });
}

/** The refresh token in an answer, whatever else is wrong with it; null where there is none. */
export async function refreshTokenIn(
  response: Response,
  mask: (text: string) => string,
): Promise<string | null> {
  if (!response.ok) return null;
  return text((await readAnswer(response.clone(), mask)).members?.['refresh_token']);
}

function withJson(headers: Headers): Headers {
  const changed = new Headers(headers);
  changed.set('content-type', 'application/json');
  return changed;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** A type that says something else stays as it is, for the message. */
function tokenType(value: unknown): string {
  const given = text(value)?.trim();
  return given === undefined || BEARER.test(given.toLowerCase()) ? 'bearer' : given;
}

/**
 * Seconds; null where it is unknown. Zero and less are how servers write "never": a token that is over when it comes
 * would be of no use. A number in front of words is none.
 */
function lifetime(value: unknown): number | null {
  const seconds =
    typeof value === 'string' && /^\s*\d{1,15}(?:\.\d{1,9})?\s*$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 && seconds < LONGEST_LIFE ? seconds : null;
}

/** As the server writes it, or its list joined by spaces. */
function grantedScope(value: unknown): string | null {
  if (!Array.isArray(value)) return text(value);
  const words = value.filter((word: unknown): word is string => typeof word === 'string');
  return text(scopeWords(words).join(' '));
}
