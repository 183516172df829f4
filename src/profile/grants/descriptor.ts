import type { OptionTable } from '../options/option.ts';
import type { JsonSchema, OptionPages } from '../options/page.ts';
import type { OwnProperty } from '../options/server.ts';
import type { AskedSecret } from '../secretKind.ts';

/** How a person signs in. */
export interface SignInFacts<Option extends string = string> {
  /** Where the sign-in begins, for a server without discovery. */
  readonly option: Option;
  /** The same in the metadata of the server (RFC 8414). */
  readonly endpoint: 'authorization_endpoint' | 'device_authorization_endpoint';
  /** What gets secrets besides the token endpoint. */
  readonly posted: 'pushed_authorization_request_endpoint' | 'device_authorization_endpoint';
  /** True when the browser comes back to Keyturn. */
  readonly redirects: boolean;
  /** As clients are registered for it (RFC 7591 section 2). */
  readonly grantType: string;
}

/** All that Keyturn knows of one way to get a token. Who has to tell grants apart reads it here. */
export interface GrantDescriptor<Property extends string = string, Option extends string = string> {
  /** As in keyturn.json. */
  readonly name: string;
  /**
   * Where a token comes from: an authorization server issues it, an API in its answer to a request of a file, Keyturn
   * signs it, something outside of Keyturn keeps it, or a person pastes it.
   */
  readonly from: 'server' | 'request' | 'keyturn' | 'keeper' | 'person';
  /** Without these properties the grant cannot be performed. */
  readonly needs: readonly Property[];
  /** Which of the properties of the profile itself have an effect; `needs` and what inspections use come on top. */
  readonly uses: readonly OwnProperty[];
  /** Properties of its own, and those that it shares with others. */
  readonly options: OptionTable;
  /** How the client proves itself where the profile does not say; `if_client`: only where there is a client. */
  readonly clientAuthentication: 'none' | 'client_secret_basic' | 'client_secret_basic_if_client';
  /** Secrets that the grant itself needs, besides what the client proves itself with. */
  readonly secrets: readonly AskedSecret[];
  /**
   * Any of these secrets suffices to obtain a token; none is needed where the list is empty. Null where it takes more: a
   * person, the token of another profile, an entry of the keychain.
   */
  readonly obtainedWith: readonly AskedSecret[] | null;
  /** What a person pastes. */
  readonly pasted: 'token' | 'refresh_token' | null;
  /** Null for a grant without a sign-in. */
  readonly signIn: SignInFacts<Option> | null;
  /**
   * How another token follows: not at all; only by a refresh token; by the refresh token that is held, which spares
   * obtaining anew; or by obtaining anew.
   */
  readonly refresh: 'never' | 'refresh_token_only' | 'refresh_token_first' | 'obtain';
  /** How a down-scoped token (`# @scope`) comes from the same profile; null where it cannot. */
  readonly downScoped: 'obtain' | 'refresh_token' | null;
  /** Options that name the profiles whose tokens are sent to obtain this one. */
  readonly otherTokens: readonly Option[];
  /** In memory where what keeps the token is outside of Keyturn, or where it can always be signed again. */
  readonly keptIn: 'store' | 'memory';
  /** True when it may be copied to the store on demand, for a door that has no such source. */
  readonly shared: boolean;
  /** True when asking costs little and the source alone knows what is valid. */
  readonly askedAtEachUse: boolean;
  /** True when the chosen environment decides which token it is, also where the profile holds no variable. */
  readonly perEnvironment: boolean;
  /** Why it should not be used. */
  readonly discouraged: string | null;
  /** What is missing beyond `needs`. */
  lacks?(given: {
    readonly clientId: string | null;
    readonly claims: Readonly<Record<string, unknown>> | null;
    readonly options: Readonly<Record<string, unknown>>;
  }): string | null;
}

/** What most grants have in common that ask an authorization server. */
export const asksServer = {
  from: 'server',
  uses: ['tokenEndpoint', 'scope', 'audience', 'resource'],
  clientAuthentication: 'none',
  secrets: [],
  obtainedWith: null,
  pasted: null,
  signIn: null,
  refresh: 'obtain',
  downScoped: 'obtain',
  otherTokens: [],
  keptIn: 'store',
  shared: false,
  askedAtEachUse: false,
  perEnvironment: false,
  discouraged: null,
} as const satisfies Partial<GrantDescriptor>;

/** What those have in common whose token is made on this computer, or kept on it. */
export const asksNoServer = {
  from: 'keeper',
  uses: [],
  clientAuthentication: 'client_secret_basic',
  secrets: [],
  obtainedWith: [],
  pasted: null,
  signIn: null,
  refresh: 'obtain',
  downScoped: null,
  otherTokens: [],
  keptIn: 'memory',
  shared: false,
  askedAtEachUse: false,
  perEnvironment: false,
  discouraged: null,
} as const satisfies Partial<GrantDescriptor>;

/** What people read about a grant; only the generator of the schema and the documentation loads it. */
export interface GrantPage<Options> {
  /** Its row in the table of docs/keyturn-json.md: the token comes from … */
  readonly comesFrom: string;
  /** In the list that the editor offers. */
  readonly description: string;
  /** A profile to begin with; null for a discouraged grant. */
  readonly snippet: {
    readonly label: string;
    readonly description: string;
    readonly body: JsonSchema;
  } | null;
  /** Options that no other file describes. */
  readonly options: OptionPages<Options>;
  /** Rows of its table in docs/keyturn-json.md, in that order; empty where it needs none. */
  readonly rows: readonly string[];
}
