/** Deeper JSON would exhaust the stack of whatever walks through it: masks it, compares it, shows it. */
export const DEEPEST_JSON = 200;

/** True for JSON text whose brackets go deeper than anything that is meant to be read. */
export function isTooDeep(json: string): boolean {
  return json.length > DEEPEST_JSON && depthOf(json) > DEEPEST_JSON;
}

/** True for a JWT with such a header or payload; what is no JWT is not looked into. */
export function isTooDeepJwt(jwt: string): boolean {
  return jwt
    .split('.', 2)
    .some((part) => part.length > DEEPEST_JSON && isTooDeep(Buffer.from(part, 'base64url').toString('utf8')));
}

/** How deep the brackets of a JSON text go; what stands in strings does not count. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (inString) {
      if (char === BACKSLASH) at++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) {
      inString = true;
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      depth--;
    }
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
