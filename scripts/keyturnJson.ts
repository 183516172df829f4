import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import * as v from 'valibot';
import {
  GRANT_PAGES,
  grantOf,
  GRANTS,
  propertyPages,
  type Grant,
  type GrantProperty,
} from '../src/profile/grants/all.ts';
import { asksServer } from '../src/profile/grants/descriptor.ts';
import { AUTHENTICATION_USES, grantProperties, INSPECTIONS } from '../src/profile/grants/usage.ts';
import type { JsonSchema } from '../src/profile/options/page.ts';
import { CLIENT_AUTHENTICATIONS } from '../src/profile/schema.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const objectOf = (value: unknown) => v.parse(v.record(v.string(), v.unknown()), value);
const PROPERTY_PAGES = propertyPages();
const PROPERTIES = Object.keys(PROPERTY_PAGES).filter(
  (name): name is GrantProperty => name in PROPERTY_PAGES,
);
const everywhere: ReadonlySet<GrantProperty> = new Set(INSPECTIONS);

/** media/keyturn.schema.json: the frame, and what the descriptors of the grants say. */
export async function keyturnSchema(): Promise<string> {
  const frame = objectOf(JSON.parse(read('scripts/schemaFrame.json')));
  const profile = objectOf(objectOf(frame['definitions'])['profile']);
  const { grant, ...properties } = objectOf(profile['properties']);
  const schema = {
    ...frame,
    definitions: {
      profile: {
        ...profile,
        properties: {
          grant: {
            ...objectOf(grant),
            enum: GRANTS,
            enumDescriptions: GRANTS.map((name) => GRANT_PAGES[name].description),
          },
          ...properties,
          ...Object.fromEntries(PROPERTIES.map((name) => [name, offered(name)])),
        },
        allOf: [
          ...GRANTS.map(branchOfGrant).filter((branch) => branch !== null),
          ...CLIENT_AUTHENTICATIONS.filter((name) => AUTHENTICATION_USES[name].length > 0).map((name) =>
            condition({ clientAuthentication: { const: name } }, AUTHENTICATION_USES[name], {
              ...(name === 'tls_client_auth' ? { required: ['certificateFile'] } : {}),
            }),
          ),
        ],
        // In the order in which an editor offers them where the sort texts say nothing.
        defaultSnippets: GRANTS.map((name) => GRANT_PAGES[name].snippet).filter(
          (snippet) => snippet !== null,
        ),
      },
      ...Object.fromEntries(
        PROPERTIES.filter((name) => !everywhere.has(name)).map((name) => [name, PROPERTY_PAGES[name].schema]),
      ),
    },
  };
  return format(JSON.stringify(schema), { ...(await style()), parser: 'json' });
}

/** A property that only some grants use is offered where a condition fits; everywhere it is only explained. */
function offered(name: GrantProperty): JsonSchema {
  return everywhere.has(name)
    ? PROPERTY_PAGES[name].schema
    : { $ref: `#/definitions/${name}`, doNotSuggest: true };
}

function branchOfGrant(grant: Grant): JsonSchema | null {
  const { needs, from, signIn } = grantOf(grant);
  const used = grantProperties(grant).filter((name) => !everywhere.has(name));
  if (used.length === 0 && needs.length === 0) return null;
  const direct = ['tokenEndpoint', ...(signIn === null ? [] : [signIn.option])];
  return condition({ grant: { enum: [grant] } }, used, {
    ...(needs.length === 0 ? {} : { required: needs }),
    ...(from === 'server' ? { anyOf: [{ required: ['issuer'] }, { required: direct }] } : {}),
  });
}

function condition(
  chosen: Readonly<Record<string, JsonSchema>>,
  used: readonly GrantProperty[],
  then: JsonSchema,
): JsonSchema {
  const named = Object.entries(chosen).map(([name, value]) => [name, { doNotSuggest: true, ...value }]);
  const refs = used.map((name) => [name, { $ref: `#/definitions/${name}` }]);
  return {
    if: { required: Object.keys(chosen), properties: objectOf(Object.fromEntries(named)) },
    then: { ...then, properties: objectOf(Object.fromEntries(refs)) },
  };
}

/** docs/keyturn-json.md with the tables between the marks `<!-- table: … -->` and `<!-- end of table -->` made anew. */
export async function keyturnPage(): Promise<string> {
  const page = read('docs/keyturn-json.md').replace(
    /(<!-- table: (\S+) -->\n)[^]*?(<!-- end of table -->)/g,
    (_whole, start: string, subject: string, end: string) => `${start}\n${tableOf(subject)}\n\n${end}`,
  );
  return format(page, { ...(await style()), parser: 'markdown' });
}

function tableOf(subject: string): string {
  if (subject === 'grants') {
    const rows = GRANTS.map((name) => [`[\`${name}\`](#${name})`, GRANT_PAGES[name].comesFrom]);
    return table(['Grant', 'The token comes from'], rows);
  }
  if (subject === 'server') return propertyTable([...asksServer.uses, 'dpop']);
  const grant = GRANTS.find((name) => name === subject);
  if (grant === undefined) throw new Error(`docs/keyturn-json.md asks for a table of "${subject}".`);
  return propertyTable(GRANT_PAGES[grant].rows);
}

function propertyTable(names: readonly string[]): string {
  const rows = names.flatMap((name) => PROPERTIES.filter((one) => one === name));
  return table(
    ['Property', 'Meaning'],
    rows.map((name) => [`\`${name}\``, PROPERTY_PAGES[name].doc]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

async function style() {
  return (await resolveConfig(new URL('../docs/keyturn-json.md', import.meta.url).pathname)) ?? {};
}
