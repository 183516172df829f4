type Json = unknown;
type Schema = Readonly<Record<string, Json>>;

/** Keywords that only say what is wrong. */
const CHECKS: ReadonlySet<string> = new Set([
  'required',
  'pattern',
  'not',
  'const',
  'propertyNames',
  'minItems',
  'minLength',
  'minimum',
  'maximum',
  'uniqueItems',
]);

/** Keywords that hold schemas by name, one schema, and a list of them. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'definitions']);
const SINGLE: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'then', 'else']);
const LISTS: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf']);

/** What is typed for a value of a type, where the schema gives nothing better. */
const BODIES: Readonly<Record<string, readonly Json[]>> = {
  string: ['$1'],
  array: [['$1']],
  object: [{}],
  boolean: [true, false],
};

/**
 * The schema of keyturn.json (draft 7) as the editor reads it: everything that is offered and explained, nothing that is
 * checked. Keyturn reports what is wrong itself, in words; with the schema's checks each mistake would be listed twice.
 */
export function completionSchema(schema: Schema): Schema {
  const made: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (CHECKS.has(keyword) || keyword === 'type' || keyword === 'enumDescriptions') continue;
    if (keyword === 'enum') made['defaultSnippets'] = offered(value, schema['enumDescriptions']);
    else if (NAMED.has(keyword)) made[keyword] = mapped(value);
    else if (LISTS.has(keyword)) made[keyword === 'oneOf' ? 'anyOf' : keyword] = listed(value);
    else if (SINGLE.has(keyword)) {
      if (isSchema(value)) made[keyword] = completionSchema(value);
    } else made[keyword] = value;
  }
  const typed = BODIES[String(schema['type'])];
  const hasMore = ['defaultSnippets', 'examples', 'default'].some((keyword) => keyword in made);
  if (typed !== undefined && !hasMore) made['defaultSnippets'] = typed.map((body) => ({ body }));
  return made;
}

function offered(values: Json, descriptions: Json): Json {
  if (!Array.isArray(values)) return [];
  const texts: readonly Json[] = Array.isArray(descriptions) ? descriptions : [];
  return values.map((body: Json, index) => ({
    // As the editor names the value of an `enum`: a condition of the schema may offer the same one.
    label: JSON.stringify(body),
    ...(texts[index] === undefined ? {} : { description: texts[index] }),
    body,
  }));
}

function mapped(schemas: Json): Json {
  if (!isSchema(schemas)) return {};
  return Object.fromEntries(Object.entries(schemas).map(([name, value]) => [name, made(value)]));
}

function listed(schemas: Json): Json {
  return Array.isArray(schemas) ? schemas.map(made) : [];
}

function made(value: Json): Json {
  return isSchema(value) ? completionSchema(value) : true;
}

function isSchema(value: Json): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
