import { parseUrl } from '../base/url.ts';
import { quoted, visible } from '../base/visible.ts';
import { formatOriginPattern, parseOriginPattern } from './origin.ts';

/** Of what a file wrote, where its one spelling stands before it. */
const LONGEST_WRITTEN = 120;
/** More of them than a person reads in a question. */
const MOST_SHOWN = 10;

/**
 * An origin or the address of a server as a person is shown it: the name that is looked up, with its letters beyond
 * ASCII in punycode, and beside it what the file wrote where that differs.
 */
export function shownAddress(text: string): string {
  const address = asLookedUp(text);
  if (address === null) return quoted(shortened(text));
  return address === text ? address : `${address} (written ${quoted(shortened(text))})`;
}

/** Several of them, or the first ten: `a, b and 12 more`. */
export function shownAddresses(addresses: readonly string[]): string {
  return shownList(addresses.map(shownAddress));
}

/** The same for what is shown as it is. */
export function shownList(items: readonly string[]): string {
  if (!isLong(items)) return items.join(', ');
  return `${items.slice(0, MOST_SHOWN).join(', ')} and ${items.length - MOST_SHOWN} more`;
}

/** All of them, where `shownAddresses` leaves some out; else null. */
export function unshown(addresses: readonly string[]): readonly string[] | null {
  return isLong(addresses) ? addresses.map(shownAddress) : null;
}

function isLong(items: readonly unknown[]): boolean {
  return items.length > MOST_SHOWN + 1;
}

function asLookedUp(text: string): string | null {
  const { pattern } = parseOriginPattern(text);
  if (pattern !== null) return formatOriginPattern(pattern);
  const url = parseUrl(text);
  if (url === null || url.host === '') return null;
  // A bare address gets a slash that is not in the file.
  return visible(url.href === `${text}/` ? text : url.href);
}

function shortened(text: string): string {
  return text.length <= LONGEST_WRITTEN ? text : `${text.slice(0, LONGEST_WRITTEN)}…`;
}
