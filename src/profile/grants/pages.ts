import type { JsonSchema, OptionPage } from '../options/page.ts';
import { pointerPages } from '../options/pointers.ts';
import { inspectionPages, ownPages, tokenRequestPages } from '../options/server.ts';
import { authenticationPages, keyPages, signedJwtPages } from '../options/signing.ts';
import type { Grant, GrantProperty } from './all.ts';
import { authorizationCodePage } from './authorizationCode.ts';
import { clientCredentialsPage } from './clientCredentials.ts';
import { commandPage } from './command.ts';
import type { GrantPage } from './descriptor.ts';
import { deviceCodePage } from './deviceCode.ts';
import { editorAccountPage } from './editorAccount.ts';
import { environmentPage } from './environment.ts';
import { jwtBearerPage } from './jwtBearer.ts';
import { keychainPage } from './keychain.ts';
import { passwordPage } from './password.ts';
import { refreshTokenPage } from './refreshToken.ts';
import { selfSignedPage } from './selfSigned.ts';
import { staticTokenPage } from './static.ts';
import { tokenExchangePage } from './tokenExchange.ts';

/** What people read about each grant. Only the generator of the schema and the documentation loads this. */
export const GRANT_PAGES: Readonly<Record<Grant, Omit<GrantPage<unknown>, 'options'>>> = {
  static: staticTokenPage,
  client_credentials: clientCredentialsPage,
  authorization_code: authorizationCodePage,
  device_code: deviceCodePage,
  refresh_token: refreshTokenPage,
  token_exchange: tokenExchangePage,
  jwt_bearer: jwtBearerPage,
  password: passwordPage,
  self_signed: selfSignedPage,
  command: commandPage,
  editor_account: editorAccountPage,
  keychain: keychainPage,
  environment: environmentPage,
};

/** What people read about each property that not every profile uses. */
export const PROPERTY_PAGES: Readonly<Record<GrantProperty, OptionPage>> = {
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
  ...commandPage.options,
  ...pointerPages,
  ...editorAccountPage.options,
  ...keychainPage.options,
  ...environmentPage.options,
};

/** In the order in which an editor offers them where the sort texts say nothing. */
export const SNIPPETS: readonly JsonSchema[] = Object.values(GRANT_PAGES)
  .map(({ snippet }) => snippet)
  .filter((snippet) => snippet !== null);
