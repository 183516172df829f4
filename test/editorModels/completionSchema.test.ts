import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as v from 'valibot';
import { completionSchema } from '../../src/editor/profiles/completionSchema.ts';
import { schemaProblems } from '../support/jsonSchema.ts';

const anyObject = v.record(v.string(), v.unknown());
const strict = v.parse(
  anyObject,
  JSON.parse(readFileSync(new URL('../../media/keyturn.schema.json', import.meta.url), 'utf8')),
);
const schema = completionSchema(strict);

/** Names of all properties, with what is said of each. */
function described(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const own = v.is(anyObject, part) && typeof part['description'] === 'string' ? [part['description']] : [];
  return [...own, ...Object.values(part).flatMap(described)];
}

it('finds nothing wrong, whatever is written', () => {
  const wrong = {
    tokens: { '': { grant: 'x', origins: [1], what: {}, sendAs: { header: 1, query: 2 } } },
    more: 1,
  };
  expect(schemaProblems(strict, wrong)).not.toEqual([]);
  expect(schemaProblems(schema, wrong)).toEqual([]);
  const profile = fc.dictionary(
    fc.constantFrom('grant', 'origins', 'sendAs', 'issuer', 'dpop', 'command', 'lifetime', 'what'),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.record({ tokens: fc.dictionary(fc.string(), profile) })),
      (value) => {
        expect(schemaProblems(schema, value)).toEqual([]);
      },
    ),
  );
});

it('offers and explains what the schema does', () => {
  const texts = new Set(described(schema));
  const enums = (part: unknown): unknown[] =>
    typeof part !== 'object' || part === null
      ? []
      : Object.entries(part).flatMap(([key, value]) =>
          key === 'if' ? [] : key === 'enumDescriptions' ? (value as unknown[]) : enums(value),
        );
  for (const text of enums(strict)) expect(texts).toContain(text);
  for (const text of described(strict)) {
    // What only belongs to a check needs no explanation.
    if (!text.startsWith('1 to 100 characters')) expect([...texts]).toContain(text);
  }
});
