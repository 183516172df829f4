import type { WrittenProperties } from '../../profile/edit.ts';
import { replaceVariables } from '../../profile/variables.ts';
import { parseUrl } from '../../base/url.ts';

/** By name. */
export type KnownVariables = ReadonlyMap<string, string>;

/** Properties that hold addresses, which differ from one environment to the next. */
const ADDRESSES = [
  'issuer',
  'resource',
  'authorizationEndpoint',
  'tokenEndpoint',
  'deviceAuthorizationEndpoint',
];

interface Template {
  readonly text: string;
  readonly value: string;
}

/**
 * Properties with variables for addresses, where the request or the keyturn.json names these variables already: the
 * profile then follows the environment as they do. Null where none fits.
 */
export function withVariables(
  properties: WrittenProperties,
  variables: KnownVariables,
  usedIn: { readonly requestUrl: string; readonly profileFile: string },
): WrittenProperties | null {
  const templates = templatesOf(variables, usedIn);
  const written = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, replaced(name, value, templates)]),
  );
  return Object.entries(properties).some(([name, value]) => written[name] !== value) ? written : null;
}

function replaced(
  name: string,
  value: WrittenProperties[string],
  templates: readonly Template[],
): WrittenProperties[string] {
  if (typeof value === 'object') {
    if (name !== 'origins') return value;
    const origins = value.map((origin) => templates.find((one) => one.value === origin)?.text ?? origin);
    return origins.some((origin, at) => origin !== value[at]) ? origins : value;
  }
  if (typeof value !== 'string' || !ADDRESSES.includes(name)) return value;
  const template = templates.find((one) => isWithin(value, one.value));
  return template === undefined ? value : template.text + value.slice(template.value.length);
}

function isWithin(address: string, base: string): boolean {
  if (!address.startsWith(base)) return false;
  return address.length === base.length || base.endsWith('/') || address[base.length] === '/';
}

/** The longest value first, so that most of an address is replaced. */
function templatesOf(
  variables: KnownVariables,
  { requestUrl, profileFile }: { readonly requestUrl: string; readonly profileFile: string },
): Template[] {
  const templates: Template[] = [];
  for (const name of namesIn(requestUrl + '\n' + profileFile)) {
    const value = variables.get(name);
    if (value !== undefined && isAddress(value)) templates.push({ text: `{{${name}}}`, value });
  }
  // A host in a variable: `https://{{host}}/reports`.
  const authority = /^https?:\/\/[^/?#]*/.exec(requestUrl)?.[0] ?? '';
  if (authority.includes('{{')) {
    const value = replaceVariables(authority, (name) => variables.get(name) ?? '');
    if (isAddress(value)) templates.push({ text: authority, value });
  }
  return templates.sort((one, other) => other.value.length - one.value.length);
}

function namesIn(text: string): Set<string> {
  return new Set(
    Array.from(text.matchAll(/\{\{\s{0,9}([\w.-]{1,100})\s{0,9}\}\}/g), ([, name = '']) => name),
  );
}

function isAddress(value: string): boolean {
  const url = parseUrl(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}
