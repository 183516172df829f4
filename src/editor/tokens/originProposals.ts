import type { HttpFile } from '../../httpfile/parse/tree.ts';
import { parseOriginPattern } from '../../profile/origin.ts';
import { replaceVariables } from '../../profile/variables.ts';
import { parseUrl } from '../../base/url.ts';

export interface OriginProposal {
  readonly origin: string;
  /** Requests that go there. */
  readonly requests: number;
}

export interface ProposalSource {
  readonly tree: HttpFile;
  /** Of the chosen environment; variables of the file stand above them. */
  readonly environment: ReadonlyMap<string, string>;
}

/** Variables may lead to variables, but not further than this. */
const DEEPEST = 8;
/** Of all that variables put into one URL. */
const MOST_CHARACTERS = 10_000;

/** Origins that the requests of these files go to and that a token may be bound to, the most frequent first. */
export function proposeOrigins(sources: Iterable<ProposalSource>): OriginProposal[] {
  const counts = new Map<string, number>();
  for (const { tree, environment } of sources) {
    const variables = new Map(environment);
    for (const { name, value } of tree.variables) variables.set(name, value);
    for (const { url } of tree.requests) {
      const origin = originOf(url, variables);
      if (origin !== null) counts.set(origin, (counts.get(origin) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([origin, requests]) => ({ origin, requests }))
    .sort((a, b) => b.requests - a.requests || (a.origin < b.origin ? -1 : 1));
}

function originOf(url: string, variables: ReadonlyMap<string, string>): string | null {
  const origin = parseUrl(authorityOf(expand(url, variables)))?.origin ?? null;
  // What is left of an unknown variable, and plain http beyond this computer, is not proposed.
  return origin !== null && parseOriginPattern(origin).fault === null ? origin : null;
}

/** `https://api.example.com` of a URL whose path may hold variables without a value. */
function authorityOf(url: string): string {
  const start = url.indexOf('://');
  if (start < 0) return '';
  const rest = url.slice(start + 3);
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  return authority.includes('{{') ? '' : url.slice(0, start + 3) + authority;
}

/** `{{variables}}` replaced, those within their values too; what would grow without end is left as it stands. */
function expand(text: string, variables: ReadonlyMap<string, string>): string {
  let left = MOST_CHARACTERS;
  const expandBelow = (from: string, depth: number): string =>
    replaceVariables(from, (name) => {
      const value = variables.get(name);
      if (value === undefined || value.length > left || depth > DEEPEST) return `{{${name}}}`;
      left -= value.length;
      return expandBelow(value, depth + 1);
    });
  return expandBelow(text, 0);
}
