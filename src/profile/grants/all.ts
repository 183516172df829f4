import type { OptionPage } from '../options/page.ts';
import { pointerPages } from '../options/pointers.ts';
import {
  inspectionOptions,
  inspectionPages,
  type OwnProperty,
  ownPages,
  tokenRequestPages,
} from '../options/server.ts';
import { authenticationOptions, authenticationPages, keyPages, signedJwtPages } from '../options/signing.ts';
import { authorizationCode, authorizationCodePage } from './authorizationCode.ts';
import { clientCredentials, clientCredentialsPage } from './clientCredentials.ts';
import { command, commandPage } from './command.ts';
import type { GrantDescriptor, GrantPage, SignInFacts } from './descriptor.ts';
import { deviceCode, deviceCodePage } from './deviceCode.ts';
import { editorAccount, editorAccountPage } from './editorAccount.ts';
import { environment, environmentPage } from './environment.ts';
import { jwtBearer, jwtBearerPage } from './jwtBearer.ts';
import { keychain, keychainPage } from './keychain.ts';
import { password, passwordPage } from './password.ts';
import { refreshToken, refreshTokenPage } from './refreshToken.ts';
import { request, requestPage } from './request.ts';
import { selfSigned, selfSignedPage } from './selfSigned.ts';
import { staticToken, staticTokenPage } from './static.ts';
import { tokenExchange, tokenExchangePage } from './tokenExchange.ts';

/** Every way to get a token, by its name in keyturn.json, in the order they are offered. */
const descriptors = {
  static: staticToken,
  client_credentials: clientCredentials,
  authorization_code: authorizationCode,
  device_code: deviceCode,
  refresh_token: refreshToken,
  token_exchange: tokenExchange,
  jwt_bearer: jwtBearer,
  password,
  request,
  self_signed: selfSigned,
  command,
  editor_account: editorAccount,
  keychain,
  environment,
} as const;

/** Every property of keyturn.json that only some grants or ways to authenticate use, in the order of the documentation. */
export const OPTIONS = {
  ...inspectionOptions,
  ...authorizationCode.options,
  ...deviceCode.options,
  ...password.options,
  ...tokenExchange.options,
  ...jwtBearer.options,
  ...authenticationOptions,
  ...request.options,
  ...command.options,
  ...editorAccount.options,
  ...keychain.options,
  ...environment.options,
};

export type Grant = keyof typeof descriptors;

type Descriptors = (typeof descriptors)[Grant];

/** Grants that ask an authorization server; one file each in src/oauth/grants/. */
export type OAuthGrant = Extract<Descriptors, { readonly from: 'server' }>['name'];

/**
 * Grants whose token is made or kept on this computer, or comes from an API; one file each in src/sources/ or, where the
 * editor itself is the source, in src/editor/sources/.
 */
export type LocalGrant = Extract<Descriptors, { readonly from: 'request' | 'keyturn' | 'keeper' }>['name'];

/** Grants that put a person in front of a browser. */
export type SignInGrant = Extract<Descriptors, { readonly signIn: object }>['name'];

export type OptionName = keyof typeof OPTIONS;

/** Properties of a profile that only some grants use. */
export type GrantProperty = OwnProperty | OptionName;

/**
 * What people read about each grant. Only the generator of the schema and the documentation uses this and
 * `propertyPages`, so neither gets into a bundle.
 */
export const GRANT_PAGES: Readonly<Record<Grant, Omit<GrantPage<unknown>, 'options'>>> = {
  static: staticTokenPage,
  client_credentials: clientCredentialsPage,
  authorization_code: authorizationCodePage,
  device_code: deviceCodePage,
  refresh_token: refreshTokenPage,
  token_exchange: tokenExchangePage,
  jwt_bearer: jwtBearerPage,
  password: passwordPage,
  request: requestPage,
  self_signed: selfSignedPage,
  command: commandPage,
  editor_account: editorAccountPage,
  keychain: keychainPage,
  environment: environmentPage,
};

/** What people read about each property that not every profile uses. A function, so that a bundle can leave it out. */
export const propertyPages = (): Readonly<Record<GrantProperty, OptionPage>> => ({
  ...ownPages,
  ...inspectionPages,
  ...authorizationCodePage.options,
  ...deviceCodePage.options,
  ...tokenRequestPages,
  ...passwordPage.options,
  ...tokenExchangePage.options,
  ...signedJwtPages,
  ...keyPages,
  ...authenticationPages,
  ...requestPage.options,
  ...commandPage.options,
  ...pointerPages,
  ...editorAccountPage.options,
  ...keychainPage.options,
  ...environmentPage.options,
});

export const GRANTS = Object.keys(descriptors).filter((name): name is Grant => name in descriptors);

/** All that there is to know of a grant. */
export function grantOf(grant: Grant): GrantDescriptor<GrantProperty, OptionName> {
  return descriptors[grant];
}

export function isOAuthGrant(grant: Grant): grant is OAuthGrant {
  return descriptors[grant].from === 'server';
}

/** True when a person stands in a browser at the beginning. */
export function signsIn(grant: Grant): grant is SignInGrant {
  return descriptors[grant].signIn !== null;
}

export function signInOf(grant: SignInGrant): SignInFacts<OptionName> {
  return descriptors[grant].signIn;
}

/** True when the secret store may hold a token of this grant. */
export function mayBeStored(grant: Grant): boolean {
  const { keptIn, shared } = descriptors[grant];
  return keptIn === 'store' || shared;
}
