import * as v from 'valibot';
import { GRANTS, OPTIONS, type OptionName } from './grants/all.ts';
import { OPTION_NAMES, type ProfileOptions } from './options.ts';
import type { ClientAuthentication } from './profile.ts';

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

type OptionEntry<Name extends OptionName> = v.ExactOptionalSchema<
  v.GenericSchema<unknown, NonNullable<ProfileOptions[Name]>>,
  undefined
>;

// Each entry is that of its own name, which no type of TypeScript can say of a loop.
const optionEntries = Object.fromEntries(
  OPTION_NAMES.map((name) => [name, v.exactOptional(OPTIONS[name].written(name))]),
) as unknown as { readonly [Name in OptionName]: OptionEntry<Name> };

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
