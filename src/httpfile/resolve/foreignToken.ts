/** A token as a file that was written for another tool asks for it, in that tool's words; variables are replaced. */
export interface WantedToken {
  readonly syntax: 'jetbrains' | 'aad' | 'aad_v2' | 'oidc' | 'httpyac';
  /** The id of a `Security.Auth` entry, the prefix of httpyac's variables, or the variable's own name. */
  readonly name: string;
  /** The words that follow. */
  readonly args: readonly string[];
  /** The entry, or the variables, that say how the token is obtained. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The ID token instead of the access token. */
  readonly idToken: boolean;
}

/** What resolving a request needs to serve such tokens. */
export interface ForeignTokenSource {
  /** The entry of `Security.Auth` of this id in the chosen environment, as JSON; null where there is none. */
  entry(id: string): Promise<Readonly<Record<string, unknown>> | null>;
  /**
   * The token for a request to `target`, obtained where needed. `text` is what stands in its place, `secret` the part
   * of it that must not leave.
   */
  token(
    wanted: WantedToken,
    target: RequestTarget,
  ): Promise<{ readonly text: string; readonly secret: string }>;
}

/** Where a request goes, before it is whole: its URL as written and its Host headers. */
export interface RequestTarget {
  /** With a word in the place of every secret. */
  readonly url: string;
  /** With another word there: where the two lead to different hosts, a secret decides. */
  readonly disguise: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** An expression that asks for such a token, taken apart. */
export interface ForeignExpression {
  readonly syntax: 'jetbrains' | 'aad' | 'aad_v2' | 'oidc';
  readonly name: string;
  readonly args: readonly string[];
  readonly idToken: boolean;
}

const REST_CLIENT = { $aadToken: 'aad', $aadV2Token: 'aad_v2', $oidcAccessToken: 'oidc' } as const;

/** Null where the expression is none of them. */
export function foreignExpression(expression: string): ForeignExpression | null {
  const jetbrains = /^\$auth\.(token|idToken) ?\( ?(?:"([^"]*)"|'([^']*)'|([^"')]*)) ?\)$/.exec(expression);
  if (jetbrains !== null) {
    const [, kind, double, single, bare] = jetbrains;
    const name = (double ?? single ?? bare ?? '').trim();
    return { syntax: 'jetbrains', name, args: [], idToken: kind === 'idToken' };
  }
  const [variable = '', ...args] = expression.split(/\s+/);
  if (variable !== '$aadToken' && variable !== '$aadV2Token' && variable !== '$oidcAccessToken') return null;
  return { syntax: REST_CLIENT[variable], name: variable.slice(1), args, idToken: false };
}

/** The variable that says more of `$aadToken`: the person's own application. */
export const AAD_VARIABLES: readonly string[] = ['aadV2ClientId'];

/** Variables that say more of `$aadV2Token`. */
export const AAD_V2_VARIABLES = ['Cloud', 'TenantId', 'Scopes', 'ClientId', 'ClientSecret', 'AppUri'].map(
  (name) => `aadV2${name}`,
);

/** `Authorization: oauth2 [flow] [prefix] [token_exchange <prefix>]`, and `openid …` alike. */
export interface OAuthFlowHeader {
  /** `client_credentials` where none is named. */
  readonly flow: string;
  readonly prefix: string;
  readonly exchangePrefix: string | null;
}

const FLOW = /^(client(_credentials)?|(authorization_)?code|device(_code)?|password|implicit|hybrid)$/i;
export const DEFAULT_PREFIX = 'oauth2';

/** Null where the value of the header is no such flow. */
export function oauthFlow(value: string): OAuthFlowHeader | null {
  const [scheme = '', ...words] = value.trim().split(/\s+/);
  if (!/^(oauth2|openid)$/i.test(scheme)) return null;
  const flow = FLOW.test(words[0] ?? '') ? words.shift() : undefined;
  const prefix = words[0] === 'token_exchange' ? undefined : words.shift();
  const exchange = words.shift() === 'token_exchange' ? words.shift() : undefined;
  return {
    flow: flow ?? 'client_credentials',
    prefix: prefix ?? DEFAULT_PREFIX,
    exchangePrefix: exchange ?? null,
  };
}

/** What follows the prefix in the names of the variables that describe a flow. */
export const FLOW_SETTINGS = [
  'authorizationEndpoint',
  'deviceCodeEndpoint',
  'tokenEndpoint',
  'clientId',
  'clientSecret',
  'audience',
  'resource',
  'scope',
  'username',
  'password',
  'redirectUri',
  'useAuthorizationHeader',
  'useDeviceCodeClientSecret',
] as const;
