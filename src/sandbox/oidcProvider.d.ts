/** The part of `oidc-provider` that the sandbox uses; the package brings no types of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export interface ClientMetadata {
    client_id: string;
    client_secret: string;
    grant_types: string[];
    redirect_uris: string[];
    response_types: string[];
    scope: string;
  }

  export interface ResourceServer {
    scope: string;
    audience: string;
    accessTokenTTL: number;
    accessTokenFormat: 'jwt' | 'opaque';
    jwt: { sign: { alg: string } };
  }

  export interface Configuration {
    adapter: object;
    clients: ClientMetadata[];
    jwks: { keys: object[] };
    scopes: string[];
    clientDefaults: { id_token_signed_response_alg: string };
    cookies: { keys: string[] };
    issueRefreshToken(): boolean;
    rotateRefreshToken: boolean;
    ttl: Record<string, number>;
    findAccount(context: unknown, id: string): { accountId: string; claims(): { sub: string } };
    features: Record<string, { enabled: boolean } & Record<string, unknown>>;
  }

  export const errors: { readonly InvalidTarget: new (description: string) => Error };

  export class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    on(event: 'server_error', listener: (context: unknown, error: Error) => void): this;
    readonly Client: { find(id: string): Promise<object | undefined> };
    readonly Grant: new (properties: { accountId: string; clientId: string }) => {
      addResourceScope(resource: string, scope: string): void;
      save(): Promise<string>;
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
