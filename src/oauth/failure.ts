import { UnsupportedOperationError } from 'oauth4webapi';
import * as v from 'valibot';
import { KeyturnError, type ErrorCode } from '../errors.ts';

/** RFC 6749 section 5.2. */
const errorBodySchema = v.object({ error: v.string(), error_description: v.optional(v.unknown()) });

const KNOWN_ERRORS: Readonly<Record<string, { readonly code: ErrorCode; readonly hint: string }>> = {
  invalid_client: {
    code: 'invalid_client',
    hint: 'Check the client id, the client secret and "clientAuthentication".',
  },
  unauthorized_client: { code: 'invalid_client', hint: 'Allow this grant for the client at the server.' },
  invalid_grant: {
    code: 'invalid_grant',
    hint: 'The refresh token has ended or was revoked: add a new one.',
  },
  invalid_scope: { code: 'invalid_scope', hint: 'Ask for a scope that the client may have.' },
};

const LONGEST_DESCRIPTION = 200;

/** Server text in a message: masked before it is shortened, since half a secret would not be recognised. */
export function serverText(
  text: string,
  mask: (text: string) => string,
  longest = LONGEST_DESCRIPTION,
): string {
  const line = mask(text.slice(0, 20_000))
    .replace(/[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+/g, ' ')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest).trimEnd()}…`;
}

/** An endpoint as messages speak of it, and the codes for no proper answer from it and for one that makes no sense. */
export interface AskedEndpoint {
  /** "token endpoint" */
  readonly name: string;
  /** Fit to be shown. */
  readonly address: string;
  readonly failed: ErrorCode;
  readonly invalid: ErrorCode;
  /** What the answer should have been: "a token response". */
  readonly wanted: string;
}

/** What went wrong at a token endpoint, with the code it has for Keyturn. `response` is the unread answer, if there was one. */
export function tokenEndpointFailure(
  error: unknown,
  endpoint: string,
  mask: (text: string) => string,
  response: Response | null,
): Promise<KeyturnError> {
  const asked: AskedEndpoint = {
    name: 'token endpoint',
    address: endpoint,
    failed: 'token_endpoint_failed',
    invalid: 'token_response_invalid',
    wanted: 'a token response',
  };
  return endpointFailure(error, asked, mask, response);
}

/** The same for any endpoint that answers as RFC 6749 section 5 has it. */
export async function endpointFailure(
  error: unknown,
  asked: AskedEndpoint,
  mask: (text: string) => string,
  response: Response | null,
): Promise<KeyturnError> {
  if (error instanceof KeyturnError) return error;
  const endpoint = asked.address;
  const subject = `The ${asked.name} ${endpoint}`;
  if (response === null) {
    return new KeyturnError(asked.failed, `${subject} could not be asked.`, { cause: error });
  }
  const { status } = response;
  const body: unknown = await response.json().catch(() => undefined);
  const oauthError = oauthErrorOf(body);
  if (oauthError !== null) return fromOAuthError(oauthError, asked, mask, status, error);
  const data = { endpoint, status };
  if (status >= 300 && status < 400) {
    return new KeyturnError(asked.failed, `${subject} redirects (${status}).`, {
      cause: error,
      hint: 'Write the address it leads to into keyturn.json: client secrets do not follow redirects.',
      data,
    });
  }
  if (status === 401) {
    return new KeyturnError('invalid_client', `${subject} refused the client (401).`, {
      cause: error,
      hint: 'Check the client id, the client secret and "clientAuthentication".',
      data,
    });
  }
  if (status !== 200) {
    return new KeyturnError(asked.failed, `${subject} answered ${status}${what(response)}.`, {
      cause: error,
      hint: status >= 500 ? 'Try again later.' : 'Check that the address is right.',
      data,
    });
  }
  const answered = reason(error, body, response, asked.wanted);
  return new KeyturnError(asked.invalid, `${subject} answered ${answered}.`, {
    cause: error,
    hint: 'Check that the address is right.',
    data,
  });
}

interface OAuthError {
  readonly error: string;
  readonly description: string | null;
}

/** An error in OAuth's own words, whatever the status and content type: some servers send it with 200. */
function oauthErrorOf(body: unknown): OAuthError | null {
  const parsed = v.safeParse(errorBodySchema, body);
  if (!parsed.success) return null;
  const { error, error_description: description } = parsed.output;
  return { error, description: typeof description === 'string' ? description : null };
}

function fromOAuthError(
  { error, description }: OAuthError,
  { name: endpointName, address: endpoint }: AskedEndpoint,
  mask: (text: string) => string,
  status: number,
  cause: unknown,
): KeyturnError {
  const known = Object.hasOwn(KNOWN_ERRORS, error) ? KNOWN_ERRORS[error] : undefined;
  const name = serverText(error, mask, 60);
  const said = description === null ? '' : serverText(description, mask);
  return new KeyturnError(
    known?.code ?? 'oauth_error',
    `The ${endpointName} ${endpoint} answered "${name}"${said === '' ? '.' : `: ${said.replace(/\.$/, '')}.`}`,
    {
      cause,
      hint: known?.hint ?? 'See what the server says about this error.',
      data: { endpoint, status, error: name },
    },
  );
}

function what(response: Response): string {
  return isHtml(response) ? ' with a web page' : '';
}

function reason(error: unknown, body: unknown, response: Response, wanted: string): string {
  if (isHtml(response)) return `with a web page, not with ${wanted}`;
  if (body === undefined) return 'with something that is not JSON';
  if (error instanceof UnsupportedOperationError) return 'with a type of token that is not supported';
  return `with JSON that is not ${wanted}`;
}

function isHtml(response: Response): boolean {
  const type = response.headers.get('content-type') ?? '';
  return type.toLowerCase().startsWith('text/html');
}
