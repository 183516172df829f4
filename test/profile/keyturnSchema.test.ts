import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as v from 'valibot';
import { parseProfileFile } from '../../src/profile/file.ts';
import { GRANTS, grantOf } from '../../src/profile/grants/all.ts';
import { usedProperties } from '../../src/profile/grants/usage.ts';
import { CLIENT_AUTHENTICATIONS, PROFILE_PROPERTIES } from '../../src/profile/schema.ts';

const property = v.object({
  $ref: v.optional(v.string()),
  description: v.optional(v.string()),
  suggestSortText: v.optional(v.string()),
  doNotSuggest: v.optional(v.boolean()),
  enum: v.optional(v.array(v.string())),
});
const branch = v.object({
  if: v.object({ properties: v.objectWithRest({ grant: v.optional(property) }, property) }),
  then: v.object({
    properties: v.optional(v.record(v.string(), property)),
    required: v.optional(v.array(v.string())),
  }),
});
const profileSchema = v.object({
  properties: v.record(v.string(), property),
  required: v.array(v.string()),
  allOf: v.array(branch),
  defaultSnippets: v.array(v.object({ body: v.looseObject({ grant: v.string() }) })),
});
const schema = v.parse(
  v.object({
    examples: v.array(v.unknown()),
    definitions: v.objectWithRest({ profile: profileSchema }, property),
  }),
  JSON.parse(readFileSync(new URL('../../media/keyturn.schema.json', import.meta.url), 'utf8')),
);
const { properties, allOf, defaultSnippets } = schema.definitions.profile;
const definitions: Readonly<Record<string, v.InferOutput<typeof property> | undefined>> = v.parse(
  v.record(v.string(), property),
  schema.definitions,
);

it('the JSON schema knows the properties that the reader knows, and describes each', () => {
  expect(new Set(Object.keys(properties))).toEqual(PROFILE_PROPERTIES);
  for (const [name, written] of Object.entries(properties)) {
    if (written.$ref !== undefined) expect(written.$ref).toBe(`#/definitions/${name}`);
    const { description } = written.$ref === undefined ? written : (definitions[name] ?? {});
    expect(description, name).toMatch(/\.$/);
  }
  expect(properties['grant']?.enum).toEqual(GRANTS);
  expect(properties['clientAuthentication']?.enum).toEqual(CLIENT_AUTHENTICATIONS);
});

it('it offers with each grant what has an effect with it, and asks for what is needed', () => {
  const always = Object.keys(properties).filter((name) => properties[name]?.$ref === undefined);
  for (const grant of GRANTS) {
    const branches = allOf.filter(({ if: { properties: chosen } }) => chosen.grant?.enum?.includes(grant));
    const offered = branches.flatMap(({ then }) => Object.keys(then.properties ?? {}));
    const used = usedProperties({ grant, clientAuthentication: 'none' });
    expect(new Set(offered), grant).toEqual(new Set([...used].filter((name) => !always.includes(name))));
    const required = branches.flatMap(({ then }) => then.required ?? []);
    expect(new Set(required), grant).toEqual(new Set(grantOf(grant).needs));
  }
});

it('offers first what most profiles hold, the grant before all', () => {
  const orderOf = (name: string) => {
    const written = properties[name];
    return (written?.$ref === undefined ? written : definitions[name])?.suggestSortText ?? name;
  };
  const sorted = Object.keys(properties).sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
  expect(sorted.slice(0, 5)).toEqual(['grant', 'issuer', 'clientId', 'scope', 'origins']);
  // The editor would offer a property as the first place has it, and a condition says nothing of it.
  for (const { if: condition } of allOf) {
    for (const asked of Object.values(condition.properties)) expect(asked?.doNotSuggest).toBe(true);
  }
});

it('has a snippet for each grant but the one that is discouraged', () => {
  const offered = new Set(defaultSnippets.map(({ body }) => body.grant));
  expect(offered).toEqual(new Set(GRANTS.filter((grant) => grant !== 'password')));
});

it('its examples and snippets are read without problems', () => {
  const snippets = defaultSnippets.map(({ body }, index) => ({ tokens: { [`s${index}`]: body } }));
  for (const example of [...schema.examples, ...snippets]) {
    // `${1:text}` becomes what an editor inserts, `$2` what a person would write.
    const text = JSON.stringify(example)
      .replace(/\$\{\d:([^}]*)\}/g, '$1')
      .replace(/\$\d/g, 'x');
    const file = parseProfileFile(text, 'keyturn.json');
    expect(file.problems).toEqual([]);
    expect(file.profiles.length).toBeGreaterThan(0);
  }
});

it('the examples of the documentation are read without problems, one for each grant', () => {
  const page = readFileSync(new URL('../../docs/keyturn-json.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/^### (\w+)\n\n```jsonc\n([^`]*)```/gm)];
  expect(new Set(examples.map(([, grant]) => grant))).toEqual(new Set(GRANTS));
  for (const [, grant = '', text = ''] of examples) {
    const file = parseProfileFile(`{"tokens": {"example": ${text}}}`, '/users/me/keyturn.json');
    const expected = grant === 'password' ? ['grant_discouraged'] : [];
    expect(
      file.problems.map(({ code }) => code),
      grant,
    ).toEqual(expected);
    expect(file.profiles[0]?.grant).toBe(grant);
  }
  for (const name of PROFILE_PROPERTIES) expect(page).toContain(`\`${name}\``);
});
