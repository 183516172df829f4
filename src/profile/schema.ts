import * as v from 'valibot';
import { optionEntries } from './optionSchema.ts';
import type { ClientAuthentication, Grant } from './profile.ts';

/** Every way to get a token, in the order they are offered. */
export const GRANTS: readonly Grant[] = [
  'static',
  'client_credentials',
  'authorization_code',
  'device_code',
  'refresh_token',
  'token_exchange',
  'jwt_bearer',
  'password',
  'self_signed',
  'command',
  'editor_account',
  'keychain',
  'environment',
];
export const CLIENT_AUTHENTICATIONS: readonly ClientAuthentication[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'none',
];

const string = (name: string) => v.string(`"${name}" must be a string.`);

const sendAs = v.union(
  [
    v.strictObject({ scheme: v.string() }),
    v.strictObject({ header: v.string() }),
    v.strictObject({ query: v.string() }),
    v.strictObject({ basic: v.strictObject({ username: v.exactOptional(v.string()) }) }),
  ],
  '"sendAs" must be one of {"scheme": "…"}, {"header": "…"}, {"query": "…"} and {"basic": {"username": "…"}}.',
);

/** One profile of keyturn.json as it is written: types only, the meaning is checked by `checkProfile`. */
export const profileSchema = v.object(
  {
    grant: v.picklist(GRANTS, `"grant" must be one of ${GRANTS.join(', ')}.`),
    origins: v.array(v.string('An origin must be a string.'), '"origins" must be a list of strings.'),
    sendAs: v.exactOptional(sendAs),
    issuer: v.exactOptional(string('issuer')),
    tokenEndpoint: v.exactOptional(string('tokenEndpoint')),
    clientId: v.exactOptional(string('clientId')),
    clientAuthentication: v.exactOptional(
      v.picklist(
        CLIENT_AUTHENTICATIONS,
        `"clientAuthentication" must be one of ${CLIENT_AUTHENTICATIONS.join(', ')}.`,
      ),
    ),
    scope: v.exactOptional(string('scope')),
    audience: v.exactOptional(string('audience')),
    resource: v.exactOptional(string('resource')),
    ...optionEntries,
  },
  'A token profile must be an object.',
);

export type WrittenProfile = v.InferOutput<typeof profileSchema>;

/** Properties of a profile; any other is unknown. */
export const PROFILE_PROPERTIES: ReadonlySet<string> = new Set(Object.keys(profileSchema.entries));

const SECRET_PROPERTIES = new Set([
  'accesstoken',
  'apikey',
  'bearer',
  'clientassertion',
  'clientsecret',
  'credential',
  'credentials',
  'key',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'pwd',
  'refreshtoken',
  'secret',
  'secretkey',
  'signingkey',
  'token',
  'value',
]);

/** True for a property in which people put secrets, however it is spelled: `client_secret`, `API-Key`. */
export function isSecretProperty(name: string): boolean {
  return SECRET_PROPERTIES.has(name.toLowerCase().replaceAll('_', '').replaceAll('-', ''));
}
