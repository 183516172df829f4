import type { JsonObject } from '../../inspect/claims.ts';
import { readAnswer } from './answerBody.ts';

/**
 * An answer with the status and the members that its standard has, for `oauth4webapi`, which takes no others. Answers
 * that do not mean success, or hold nothing that can be read, stay as they are.
 */
async function reformed(
  response: Response,
  mask: (text: string) => string,
  status: number,
  change: (members: JsonObject) => JsonObject,
): Promise<Response> {
  if (!response.ok) return response;
  const { members } = await readAnswer(response.clone(), mask);
  if (members === null) return response;
  const headers = new Headers(response.headers);
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(change(members)), { status, headers });
}

/** RFC 8628 section 3.2: a code that does not say how long it is good for is good for the shortest usual time. */
export function asDeviceResponse(response: Response, mask: (text: string) => string): Promise<Response> {
  return reformed(response, mask, 200, (members) => ({
    ...withoutNull(members),
    // Google wrote it so before there was a standard.
    verification_uri: textOf(members['verification_uri']) ?? members['verification_url'],
    verification_uri_complete:
      textOf(members['verification_uri_complete']) ?? textOf(members['verification_url_complete']),
    expires_in: secondsOf(members['expires_in']) ?? SHORTEST_CODE_SECONDS,
    interval: secondsOf(members['interval']),
  }));
}

/** RFC 9126 section 2.2. Keyturn uses a `request_uri` at once, so its expiry does not matter. */
export function asPushedResponse(response: Response, mask: (text: string) => string): Promise<Response> {
  return reformed(response, mask, 201, (members) => ({
    ...withoutNull(members),
    expires_in: secondsOf(members['expires_in']) ?? SHORTEST_CODE_SECONDS,
  }));
}

/** RFC 7591 section 3.2.1. A secret that does not say when it ends does not end. */
export function asRegistrationResponse(
  response: Response,
  mask: (text: string) => string,
): Promise<Response> {
  return reformed(response, mask, 201, (members) => ({
    ...withoutNull(members),
    client_id: typeof members['client_id'] === 'number' ? String(members['client_id']) : members['client_id'],
    client_secret: textOf(members['client_secret']),
    client_secret_expires_at: secondsOf(members['client_secret_expires_at']) ?? 0,
  }));
}

/** RFC 7662 section 2.2. What decides, `active`, has to be as the standard has it. */
export function asIntrospectionResponse(
  response: Response,
  mask: (text: string) => string,
): Promise<Response> {
  return reformed(response, mask, 200, withoutNull);
}

const SHORTEST_CODE_SECONDS = 300;

/** Some servers write null for what they leave out. */
function withoutNull(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Undefined for what is no number of seconds. */
function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,12}(?:\.\d{1,9})?$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}
