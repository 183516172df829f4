import { isDeepStrictEqual } from 'node:util';

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/** Keywords that say nothing about what is valid. */
const ANNOTATIONS = new Set([
  '$schema',
  'title',
  'description',
  'markdownDescription',
  'default',
  'examples',
  'definitions',
  'defaultSnippets',
  'enumDescriptions',
  'markdownEnumDescriptions',
  'allowComments',
  'allowTrailingCommas',
  'errorMessage',
  'patternErrorMessage',
  'deprecationMessage',
  'doNotSuggest',
  'suggestSortText',
]);

/**
 * What is wrong with a value by a schema of draft 7, as far as our own schema uses it: paths and the keywords that fail.
 * Throws on a keyword that it does not know, so that none is passed over.
 */
export function schemaProblems(root: JsonObject, value: Json): string[] {
  return problemsOf(root, root, value, '');
}

function problemsOf(root: JsonObject, schema: Json, value: Json, path: string): string[] {
  if (schema === true) return [];
  if (schema === false) return [`${path}: false`];
  if (!isObject(schema)) throw new Error(`No schema at ${path}.`);
  const within = (part: Json, inner: Json = value, name = '') =>
    problemsOf(root, part, inner, name === '' ? path : `${path}/${name}`);
  const problems: string[] = [];
  const need = (keyword: string, ok: boolean) => {
    if (!ok) problems.push(`${path}: ${keyword}`);
  };
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    switch (keyword) {
      case '$ref':
        problems.push(...within(resolve(root, String(wanted))));
        break;
      case 'type':
        need(
          keyword,
          [wanted].flat().some((type) => isOfType(value, String(type))),
        );
        break;
      case 'const':
        need(keyword, isDeepStrictEqual(value, wanted));
        break;
      case 'enum':
        need(
          keyword,
          list(wanted).some((one) => isDeepStrictEqual(value, one)),
        );
        break;
      case 'allOf':
        problems.push(...list(wanted).flatMap((part) => within(part)));
        break;
      case 'anyOf':
        need(
          keyword,
          list(wanted).some((part) => within(part).length === 0),
        );
        break;
      case 'oneOf':
        need(keyword, list(wanted).filter((part) => within(part).length === 0).length === 1);
        break;
      case 'not':
        need(keyword, within(wanted).length > 0);
        break;
      case 'if': {
        const branch = schema[within(wanted).length === 0 ? 'then' : 'else'];
        if (branch !== undefined) problems.push(...within(branch));
        break;
      }
      case 'then':
      case 'else':
        break;
      case 'pattern':
        need(keyword, typeof value !== 'string' || new RegExp(String(wanted), 'u').test(value));
        break;
      case 'minLength':
        need(keyword, typeof value !== 'string' || value.length >= Number(wanted));
        break;
      case 'minimum':
        need(keyword, typeof value !== 'number' || value >= Number(wanted));
        break;
      case 'maximum':
        need(keyword, typeof value !== 'number' || value <= Number(wanted));
        break;
      case 'minItems':
        need(keyword, !Array.isArray(value) || value.length >= Number(wanted));
        break;
      case 'uniqueItems':
        need(
          keyword,
          !Array.isArray(value) || new Set(value.map((one) => JSON.stringify(one))).size === value.length,
        );
        break;
      case 'items':
        if (Array.isArray(value))
          value.forEach((one, index) => problems.push(...within(wanted, one, String(index))));
        break;
      case 'required':
        if (isObject(value))
          for (const name of list(wanted))
            need(`required ${String(name)}`, Object.hasOwn(value, String(name)));
        break;
      case 'properties':
        for (const [name, part] of entries(wanted)) {
          if (isObject(value) && Object.hasOwn(value, name))
            problems.push(...within(part, value[name], name));
        }
        break;
      case 'propertyNames':
        for (const [name] of entries(value)) problems.push(...within(wanted, name, name));
        break;
      case 'additionalProperties': {
        const known = new Set(entries(schema['properties']).map(([name]) => name));
        for (const [name, inner] of entries(value)) {
          if (!known.has(name)) problems.push(...within(wanted, inner, name));
        }
        break;
      }
      default:
        throw new Error(`The keyword ${keyword} is not known here.`);
    }
  }
  return problems;
}

function resolve(root: JsonObject, reference: string): Json {
  let at: Json = root;
  for (const name of reference.replace(/^#\//, '').split('/')) at = isObject(at) ? at[name] : undefined;
  return at;
}

function isOfType(value: Json, type: string): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return typeof value === type;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function entries(value: Json): [string, Json][] {
  return isObject(value) ? Object.entries(value) : [];
}
