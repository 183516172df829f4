import type { ClientAuthentication } from '../../profile/profile.ts';
import type { ProfileTarget } from './profileTarget.ts';

/** What a person decides about Sign In to This API. Each door asks in its own way; null means that the person left. */
export interface ApiSignInQuestions {
  /** Which server to trust with a sign-in. Gives one of `issuers`. */
  issuer(question: IssuerQuestion): Promise<string | null>;
  /** Gives scopes of `offered` or others; none at all for a sign-in without `scope`. */
  scopes(question: ScopesQuestion): Promise<readonly string[] | null>;
  /** The name of the token, one that `fault` accepts. */
  name(question: NameQuestion): Promise<string | null>;
  /** A client that the person registered, or `register` where the server registers clients itself. */
  client(question: ClientQuestion): Promise<OwnClient | 'register' | null>;
  /** The keyturn.json to write to. */
  file(): Promise<ProfileTarget | null>;
}

export interface IssuerQuestion {
  readonly api: URL;
  /** At least one. */
  readonly issuers: readonly string[];
  /**
   * `named`: the metadata of the API name them (RFC 9728). `published`: the API names none, and an authorization server
   * publishes metadata at the origin of the API. `assumed`: nothing is published, and the usual endpoints at the origin
   * of the API are tried.
   */
  readonly source: 'named' | 'published' | 'assumed';
}

export interface ScopesQuestion {
  readonly api: URL;
  /** What the API needs and lists; the needed ones first. */
  readonly offered: readonly string[];
  /** What the API says that the request needs: the least to ask for. Empty where it does not say. */
  readonly needed: readonly string[];
  /** False where `offered` is the answer that the API leaves. */
  readonly isChoice: boolean;
}

export interface NameQuestion {
  readonly api: URL;
  readonly proposed: string;
  /** Why a name cannot be used; null for one that can. */
  readonly fault: (name: string) => 'invalid' | 'taken' | null;
}

export interface ClientQuestion {
  readonly issuer: string;
  readonly registers: boolean;
  readonly grant: 'authorization_code' | 'device_code' | 'client_credentials';
  /** To be registered with the client; null where the grant has none. */
  readonly redirectUri: string | null;
  /** How the client can prove itself, the likeliest first; at least one. */
  readonly authentications: readonly ClientAuthentication[];
}

export interface OwnClient {
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
}

/** A step of the flow during which Keyturn waits for a server. */
export interface ApiSignInStep {
  readonly kind: 'describe' | 'server' | 'register';
  /** The API's origin, or the issuer. */
  readonly at: string;
}
