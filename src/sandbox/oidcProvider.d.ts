/** The part of `oidc-provider` that the sandbox uses; the package brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** RFC 7591 section 2 and the specifications that extend it. */
  export interface ClientMetadata {
    client_id: string;
    client_secret?: string;
    client_name?: string;
    application_type?: 'native' | 'web';
    token_endpoint_auth_method?: string;
    grant_types: string[];
    redirect_uris: string[];
    response_types: string[];
    scope?: string;
    subject_type?: 'public' | 'pairwise';
    require_pushed_authorization_requests?: boolean;
    dpop_bound_access_tokens?: boolean;
  }

  export interface Client {
    readonly clientId: string;
    readonly clientName?: string;
    readonly applicationType: 'native' | 'web';
    readonly sectorIdentifier: string;
    redirectUriAllowed: (this: Client, uri: string) => boolean;
  }

  export interface ResourceServer {
    scope: string;
    audience: string;
    accessTokenTTL: number;
    accessTokenFormat: 'jwt' | 'opaque';
    jwt?: {
      sign: { alg: string };
      encrypt?: { alg: string; enc: string; key: CryptoKey };
    };
  }

  /** A request that waits for the person (its `params` are those of the request). */
  export interface Interaction {
    readonly uid: string;
    readonly grantId?: string;
    readonly session?: { readonly accountId: string };
    readonly params: Readonly<Record<string, unknown>>;
    readonly prompt: {
      readonly name: string;
      readonly details: {
        readonly missingOIDCScope?: string[];
        readonly missingOIDCClaims?: string[];
        readonly missingResourceScopes?: Record<string, string[]>;
      };
    };
  }

  /** A code or token that a new token is made from. */
  export interface Source {
    readonly acr?: string;
    readonly authTime?: number;
  }

  /** Koa's context with what the provider adds to it. */
  export interface Context {
    body: unknown;
    status: number;
    set(headers: Readonly<Record<string, string>>): void;
    readonly oidc: {
      readonly session?: { readonly state?: { readonly secret: string } };
      /** Of the authorization request. */
      readonly params?: Readonly<Record<string, unknown>>;
      /** What the person did on the page before. */
      readonly result?: { readonly login?: object };
      /** How sure the sign-in of the session is. */
      readonly acr?: string;
      readonly entities: {
        readonly AuthorizationCode?: Source;
        readonly DeviceCode?: Source;
        readonly RefreshToken?: Source;
      };
      urlFor(route: string): string;
    };
  }

  export interface Configuration {
    adapter: object;
    acrValues: string[];
    clients: ClientMetadata[];
    clientDefaults: { id_token_signed_response_alg: string; introspection_signed_response_alg: string };
    cookies: { keys: string[] };
    extraTokenClaims(context: Context, token: object): Record<string, unknown> | undefined;
    features: Record<string, { enabled: boolean } & Record<string, unknown>>;
    findAccount(context: unknown, id: string): { accountId: string; claims(): { sub: string } };
    interactions: { url(context: unknown, interaction: Interaction): string; policy: InteractionPolicy };
    issueRefreshToken(): boolean;
    jwks: { keys: object[] };
    pairwiseIdentifier(context: unknown, accountId: string, client: Client): string;
    pkce: { required(): boolean };
    renderError(context: Context, out: { error: string; error_description?: string }): void;
    rotateRefreshToken: boolean;
    scopes: string[];
    subjectTypes: string[];
    ttl: Record<string, number>;
  }

  export interface Check {
    readonly reason: string;
  }

  /** Prompts in the order in which they are tried; each with what may call for it. */
  export interface InteractionPolicy {
    get(name: 'login' | 'consent'): { readonly checks: Check[] } | undefined;
  }

  export const interactionPolicy: {
    base(): InteractionPolicy;
    readonly Check: {
      new (reason: string, description: string, error: string, check: (context: Context) => boolean): Check;
      readonly REQUEST_PROMPT: true;
      readonly NO_NEED_TO_PROMPT: false;
    };
  };

  export const errors: { readonly InvalidTarget: new (description: string) => Error };

  export interface Grant {
    addOIDCScope(scope: string): void;
    rejectOIDCScope(scope: string): void;
    addOIDCClaims(claims: readonly string[]): void;
    addResourceScope(resource: string, scope: string): void;
    rejectResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(event: 'server_error', listener: (context: unknown, error: Error) => void): this;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
      options: { mergeWithLastSubmission: boolean },
    ): Promise<void>;
    readonly Client: { find(id: string): Promise<Client | undefined>; readonly prototype: Client };
    readonly Grant: {
      new (properties: { accountId: string; clientId: string }): Grant;
      find(id: string): Promise<Grant | undefined>;
    };
    readonly RefreshToken: new (properties: {
      accountId: string;
      client: object;
      grantId: string;
      gty: string;
      scope: string;
      resource: string;
      expiresWithSession: boolean;
    }) => { save(): Promise<string> };
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  export function createMemoryAdapter(clockToleranceSeconds: number): object;
}
