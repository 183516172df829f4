import { UnsupportedOperationError } from 'oauth4webapi';
import { KeyturnError, type ErrorCode } from '../../base/errors.ts';
import type { ClientAuthentication } from '../../profile/profile.ts';
import { isObject, type JsonObject } from '../../inspect/claims.ts';
import { withoutCredentials } from '../../redaction/withoutCredentials.ts';
import { jsonKind, readAnswer, type AnswerBody } from './answerBody.ts';
import { isOAuthCode, knownError } from './knownErrors.ts';
import { isRefusal, serverSaid, type ServerSaid } from './said.ts';
import { serverText } from './text.ts';

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
  /** How the client proved itself; null where it did not have to. */
  readonly client: ClientAuthentication | null;
  /** The next step where the server refuses what was asked, other than the client. */
  readonly refused: string;
}

/** Members whose values must not be shown. */
const SECRET_MEMBERS = /token|code|secret|jwt|assertion|key/i;
/** Named after what is secret, and not secret. */
const OPEN_MEMBERS: ReadonlySet<string> = new Set(['token_type', 'token_endpoint_auth_method']);
const MOST_NAMES = 10;
const LONGEST_NAME = 40;
/** Of a value; more than any message shows. */
const MOST_READ = 10_000;
/** How deep, and among how many, a member is looked for that stands in a wrong place. */
const DEEPEST_PLACE = 3;
const MOST_PLACES = 50;
/** RFC 9110: there can be nothing to read. */
const EMPTY_STATUSES: ReadonlySet<number> = new Set([204, 205]);

/** What went wrong at an endpoint that answers as RFC 6749 section 5 has it. `response` is the unread answer, if there was one. */
export async function endpointFailure(
  error: unknown,
  asked: AskedEndpoint,
  mask: (text: string) => string,
  response: Response | null,
): Promise<KeyturnError> {
  if (error instanceof KeyturnError) return error;
  const { address: endpoint } = asked;
  const subject = `The ${asked.name} ${endpoint}`;
  if (response === null) {
    return new KeyturnError(asked.failed, `${subject} could not be reached.`, { cause: error });
  }
  const { status } = response;
  const body = await readAnswer(response.clone(), mask);
  const said = serverSaid(body, response.headers);
  const known = said.error === null ? null : knownError(said.error);
  const data = { endpoint, status };
  if (status >= 300 && status < 400) {
    return new KeyturnError(
      asked.failed,
      `${subject} redirects (${status})${target(response, endpoint, mask)}.`,
      {
        cause: error,
        hint: 'Write the address it leads to into keyturn.json: client secrets do not follow redirects.',
        data,
      },
    );
  }
  if (status === 429) {
    return new KeyturnError(asked.failed, `${subject} limits requests (429)${words(said, mask)}.`, {
      cause: error,
      hint: retryHint(response),
      data: { ...data, ...named(said, mask) },
    });
  }
  // An answer that succeeded and holds what was asked for may have members of these names for any reason.
  const refuses = status >= 400 || isRefusal(body.members);
  if (said.error !== null && refuses) {
    const code =
      known?.code ?? (status === 401 && !isOAuthCode(said.error) ? 'invalid_client' : 'oauth_error');
    const name = serverText(said.error, mask, 60);
    const description = said.description === null ? '' : serverText(said.description, mask);
    const why = description === '' ? '' : `: ${description.replace(/\.$/, '')}`;
    return new KeyturnError(code, `${subject} answered "${name}"${why}.`, {
      cause: error,
      hint: known?.hint ?? hintFor(code, status, asked),
      data: { ...data, error: name },
    });
  }
  if (status === 401) {
    return new KeyturnError('invalid_client', `${subject} refused the client (401)${words(said, mask)}.`, {
      cause: error,
      hint: clientHint(asked),
      data,
    });
  }
  if (status < 200 || status >= 300) {
    const text = words(said, mask) || ` with ${body.what}`;
    return new KeyturnError(asked.failed, `${subject} answered ${status}${text}.`, {
      cause: error,
      hint: hintFor(null, status, asked),
      data,
    });
  }
  if (refuses && said.description !== null) {
    return new KeyturnError(
      'oauth_error',
      `${subject} answered ${status} with an error${words(said, mask)}.`,
      {
        cause: error,
        hint: asked.refused,
        data,
      },
    );
  }
  if (EMPTY_STATUSES.has(status)) {
    return new KeyturnError(asked.failed, `${subject} answered ${status}, without content.`, {
      cause: error,
      hint: 'Check that the address is right.',
      data,
    });
  }
  return new KeyturnError(asked.invalid, `${subject} answered ${reason(error, body, asked, mask)}.`, {
    cause: error,
    hint:
      body.members === null && !body.what.startsWith('JSON')
        ? 'Check that the address is right.'
        : 'Report this to the people who run the server, or check that the address is right.',
    data: { ...data, ...memberData(error) },
  });
}

/** The member that a check of `oauth4webapi` or of ours speaks of. */
export class MemberFault extends Error {
  readonly member: string;

  constructor(member: string) {
    super(`The member "${member}" cannot be used.`);
    this.member = member;
  }
}

function memberOf(error: unknown): string | null {
  if (error instanceof MemberFault) return error.member;
  if (error instanceof UnsupportedOperationError && error.message.includes('token_type')) return 'token_type';
  if (!(error instanceof Error)) return null;
  const [, member = null] = /^"response" body "(\w+)" property/.exec(error.message) ?? [];
  return member;
}

function memberData(error: unknown): { readonly member?: string } {
  const member = memberOf(error);
  return member === null ? {} : { member };
}

function reason(
  error: unknown,
  { members, what, text }: AnswerBody,
  { wanted }: AskedEndpoint,
  mask: (text: string) => string,
): string {
  if (members === null) {
    const said = text === null ? '' : ` ("${serverText(text, mask, 60)}")`;
    return `with ${what}${said}, not with ${wanted}`;
  }
  const kind = what === 'a form' ? what : 'JSON';
  const member = memberOf(error);
  if (member === null) return `with ${kind} that is not ${wanted}`;
  const value = members[member];
  if (value !== undefined) return `with ${wanted} whose "${member}" is ${shownValue(member, value, mask)}`;
  const elsewhere = placeOf(member, members, DEEPEST_PLACE);
  const names = Object.keys(members).slice(0, MOST_NAMES).map(shownName);
  const has = names.length === 0 ? 'nothing' : serverText(names.join(', '), mask);
  return `with ${kind} that is not ${wanted}: "${member}" is missing; ${
    elsewhere === null ? `it has ${has}` : `there is "${serverText(elsewhere, mask, 100)}" instead`
  }`;
}

/** Where a member stands that is missing in its place: within another one, or in another spelling. */
function placeOf(member: string, members: JsonObject, depth: number): string | null {
  const wanted = spelling(member);
  const entries = Object.entries(members).slice(0, MOST_PLACES);
  for (const [name, value] of entries) {
    if (spelling(name) === wanted && !isObject(value)) return name;
  }
  if (depth === 0) return null;
  for (const [name, value] of entries) {
    const within = isObject(value) ? placeOf(member, value, depth - 1) : null;
    if (within !== null) return `${shownName(name)}.${within}`;
  }
  return null;
}

function spelling(name: string): string {
  return name.replace(/[-_\s]/g, '').toLowerCase();
}

/** A name of a member; what is long and holds digits may be a secret. */
function shownName(name: string): string {
  const digits = name.replace(/\D/g, '').length;
  return name.length <= LONGEST_NAME && digits <= (name.length < 16 ? 4 : 1) ? name : '…';
}

/** What came, as far as it may be seen. */
function shownValue(member: string, value: unknown, mask: (text: string) => string): string {
  if (SECRET_MEMBERS.test(member) && !OPEN_MEMBERS.has(member)) return jsonKind(value);
  if (typeof value === 'string') {
    return value === ''
      ? 'empty'
      : `"${serverText(withoutCredentials(value.slice(0, MOST_READ)), mask, 60)}"`;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : jsonKind(value);
}

/** Of an answer without a code: `: Bad credentials`. */
function words({ error, description }: ServerSaid, mask: (text: string) => string): string {
  const text = serverText([error, description].filter((part) => part !== null).join(': '), mask);
  return text === '' ? '' : `: ${text.replace(/\.$/, '')}`;
}

function named({ error }: ServerSaid, mask: (text: string) => string): { readonly error?: string } {
  return error === null ? {} : { error: serverText(error, mask, 60) };
}

function target(response: Response, endpoint: string, mask: (text: string) => string): string {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, endpoint)) return '';
  const { origin, pathname } = new URL(location, endpoint);
  return ` to ${serverText(origin + pathname, mask)}`;
}

function retryHint({ headers }: Response): string {
  const after = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(after) ? `Wait ${after} s, then try again.` : 'Wait, then try again.';
}

function hintFor(code: ErrorCode | null, status: number, asked: AskedEndpoint): string {
  if (code === 'invalid_client') return clientHint(asked);
  if (code !== null) return asked.refused;
  if (status >= 500 && status !== 501) return 'Try again later.';
  if ([404, 405, 410, 501].includes(status)) return 'Check that the address is right.';
  return asked.refused;
}

function clientHint({ client }: AskedEndpoint): string {
  switch (client) {
    case 'none':
      return 'Check the client id. The profile sends no client secret ("clientAuthentication": "none"): if the server requires one, change "clientAuthentication".';
    case 'client_secret_basic':
      return 'Check the client id and the client secret; some servers take it with "clientAuthentication": "client_secret_post" only.';
    case 'client_secret_post':
      return 'Check the client id and the client secret; some servers take it with "clientAuthentication": "client_secret_basic" only.';
    case 'client_secret_jwt':
    case 'private_key_jwt':
      return 'Check the client id, the key and "assertionAudience" in keyturn.json, and that the server knows the key.';
    case 'tls_client_auth':
      return 'Check the client id, and that the server knows the certificate of the client.';
    case null:
      return 'Check which clients may use this endpoint.';
  }
}
