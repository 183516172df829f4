import type { HeaderList, HttpRequest, HttpResponse } from '../http/message.ts';
import type { NotRun } from '../httpfile/notRun.ts';
import type { RateLimit } from '../ratelimit/rateLimit.ts';
import type { Redactor } from '../token/redactor.ts';
import type { RequestResult, ResultError } from './result.ts';
import { asKeyturnError } from '../errors.ts';

type Mask = Pick<Redactor, 'mask'>;

export function maskError(redactor: Mask, thrown: unknown): ResultError {
  const { code, message, hint } = asKeyturnError(thrown);
  return {
    code,
    message: redactor.mask(message),
    hint: hint === undefined ? null : redactor.mask(hint),
  };
}

/** Everything but the body, which is masked where it is shown. */
export function maskResponse(redactor: Mask, response: HttpResponse): HttpResponse {
  return {
    ...response,
    statusText: redactor.mask(response.statusText),
    headers: maskHeaders(redactor, response.headers),
    url: redactor.mask(response.url),
    redirects: response.redirects.map((redirect) => ({
      ...redirect,
      from: redactor.mask(redirect.from),
      to: redactor.mask(redirect.to),
    })),
  };
}

export function maskHeaders(redactor: Mask, headers: HeaderList): HeaderList {
  return headers.map(([name, value]) => [redactor.mask(name), redactor.mask(value)] as const);
}

/** What a server calls its limits may be a token too, as with limits that are counted by key. */
export function maskLimit(redactor: Mask, limit: RateLimit): RateLimit {
  const mask = (text: string | null) => (text === null ? null : redactor.mask(text));
  return {
    ...limit,
    name: mask(limit.name),
    unit: mask(limit.unit),
    partitionKey: mask(limit.partitionKey),
  };
}

/** A test may be named after anything. */
export function maskNotRun(redactor: Mask, left: readonly NotRun[]): NotRun[] {
  return left.map((one) => ({ ...one, text: one.text === null ? null : redactor.mask(one.text) }));
}

/** Credentials that were written into the file itself are the person's, but a report is no place for them. */
const credentialHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'dpop']);

export function shownRequest(redactor: Mask, request: HttpRequest): NonNullable<RequestResult['request']> {
  const proof = request.signer === undefined ? [] : [['DPoP', ''] as const];
  return {
    method: request.method,
    url: redactor.mask(withoutPassword(request.url)),
    headers: [...request.headers, ...proof].map(([name, value]) => {
      const masked = redactor.mask(value);
      return [
        redactor.mask(name),
        credentialHeaders.has(name.toLowerCase()) ? withoutCredentials(masked) : masked,
      ] as const;
    }),
  };
}

function withoutPassword({ href, password }: URL): string {
  return password === '' ? href : href.replace(`:${password}@`, ':•••@');
}

/** Keeps the scheme, which helps to see what was sent. */
function withoutCredentials(value: string): string {
  const space = value.indexOf(' ');
  return space > 0 && space < 32 ? `${value.slice(0, space)} •••` : '•••';
}
