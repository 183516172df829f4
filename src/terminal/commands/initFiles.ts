import { KeyturnError } from '../../base/errors.ts';
import { parseUrl } from '../../base/url.ts';
import { type Grant, grantOf, signsIn } from '../../profile/grants/all.ts';
import { parseProfileFile, PROFILE_FILE_NAME } from '../../profile/file.ts';
import { isValidName } from '../../profile/name.ts';
import { isSecureUrl } from '../../profile/origin.ts';

/** What a person chooses from: the grants that most begin with. */
export const grantWords = {
  static: 'you paste it',
  client_credentials: 'with a client id and a client secret',
  authorization_code: 'you sign in with a browser',
  device_code: 'you sign in with a code',
} as const;

export type InitGrant = Extract<Grant, keyof typeof grantWords>;

export const INIT_GRANTS = Object.keys(grantWords).filter((name): name is InitGrant => name in grantWords);

export interface InitAnswers {
  readonly api: string;
  readonly token: string;
  readonly grant: InitGrant;
  /** Null for a token that is pasted, as the next two. */
  readonly issuer: string | null;
  readonly clientId: string | null;
  readonly scope: string | null;
}

/** What is wrong with an address to send requests to, or of an issuer; null for a good one. */
export function addressFault(text: string): string | null {
  const url = parseUrl(text);
  if (url === null || !isSecureUrl(url)) return 'Give an address such as https://api.example.com.';
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return 'Give the address without a user, a query and a fragment.';
  return null;
}

export function tokenNameFault(text: string): string | null {
  return isValidName(text) ? null : 'A token name must not contain white space, quotes or brackets.';
}

/** The text of a keyturn.json with one profile. Fails with `usage` where the answers make no valid one. */
export function profileFileText({ api, token, grant, issuer, clientId, scope }: InitAnswers): string {
  const profile = {
    grant,
    ...(issuer !== null && { issuer }),
    ...(clientId !== null && { clientId }),
    ...(scope !== null && { scope }),
    origins: [new URL(api).origin],
  };
  const text = `${JSON.stringify({ tokens: { [token]: profile } }, null, 2)}\n`;
  const problem = parseProfileFile(text, PROFILE_FILE_NAME).problems.find(
    ({ severity }) => severity === 'error',
  );
  if (problem !== undefined) throw new KeyturnError('usage', problem.message);
  return text;
}

export function requestFileText({ api, token }: InitAnswers): string {
  return `@api = ${api.replace(/\/$/, '')}

### First request
# @name first
# @token ${token}
GET {{api}}/
`;
}

/** The commands that come next, one a line. */
export function nextSteps({ token, grant }: InitAnswers, file: string): string[] {
  const send = `keyturn run ${file}`;
  if (signsIn(grant)) return [`keyturn token login ${token}`, send];
  const secret = grantOf(grant).pasted === 'token' ? '' : ' --client-secret';
  return [`keyturn token add ${token}${secret}`, send];
}
