import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as v from 'valibot';
import { parseProfileFile } from '../../src/token/profileFile.ts';
import { CLIENT_AUTHENTICATIONS, GRANTS, PROFILE_PROPERTIES } from '../../src/token/profileSchema.ts';

const property = v.object({ description: v.optional(v.string()), enum: v.optional(v.array(v.string())) });
const schema = v.parse(
  v.object({
    examples: v.array(v.unknown()),
    definitions: v.object({
      profile: v.object({
        properties: v.record(v.string(), property),
        required: v.array(v.string()),
        defaultSnippets: v.array(v.object({ body: v.unknown() })),
      }),
    }),
  }),
  JSON.parse(readFileSync(new URL('../../media/keyturn.schema.json', import.meta.url), 'utf8')),
);
const { properties, defaultSnippets } = schema.definitions.profile;

it('the JSON schema knows the properties that the reader knows, and describes each', () => {
  expect(new Set(Object.keys(properties))).toEqual(PROFILE_PROPERTIES);
  for (const [name, { description }] of Object.entries(properties)) expect(description, name).toMatch(/\.$/);
  expect(properties['grant']?.enum).toEqual(GRANTS);
  expect(properties['clientAuthentication']?.enum).toEqual(CLIENT_AUTHENTICATIONS);
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
