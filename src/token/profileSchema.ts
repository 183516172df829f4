import * as v from 'valibot';
import type { ClientAuthentication, Grant } from './profile.ts';

/** Grants that this version performs, in the order they are offered. */
export const GRANTS: readonly Grant[] = ['static', 'client_credentials', 'refresh_token'];
export const CLIENT_AUTHENTICATIONS: readonly ClientAuthentication[] = [
  'client_secret_basic',
  'client_secret_post',
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
    sendAs: v.optional(sendAs),
    issuer: v.optional(string('issuer')),
    tokenEndpoint: v.optional(string('tokenEndpoint')),
    clientId: v.optional(string('clientId')),
    clientAuthentication: v.optional(
      v.picklist(
        CLIENT_AUTHENTICATIONS,
        `"clientAuthentication" must be one of ${CLIENT_AUTHENTICATIONS.join(', ')}.`,
      ),
    ),
    scope: v.optional(string('scope')),
    audience: v.optional(string('audience')),
    resource: v.optional(string('resource')),
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
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'pwd',
  'refreshtoken',
  'secret',
  'secretkey',
  'token',
  'value',
]);

/** True for a property in which people put secrets, however it is spelled: `client_secret`, `API-Key`. */
export function isSecretProperty(name: string): boolean {
  return SECRET_PROPERTIES.has(name.toLowerCase().replaceAll('_', '').replaceAll('-', ''));
}
