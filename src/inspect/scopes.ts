/**
 * The scopes that a text or a list names, each once. RFC 6749 section 3.3 parts them by spaces; GitHub, LinkedIn, Slack
 * and others write commas.
 */
export function scopeWords(scope: string | readonly string[] | null): string[] {
  const texts = typeof scope === 'string' ? [scope] : (scope ?? []);
  return [...new Set(texts.flatMap((text) => text.split(/[\s,]+/)).filter((word) => word !== ''))];
}

/** Those of `wanted` that are not granted. A comma may stand within a scope, so one that is granted as it is counts. */
export function missingScopes(
  wanted: readonly string[],
  granted: string | readonly string[] | null,
): string[] {
  const whole = new Set(
    (typeof granted === 'string' ? [granted] : (granted ?? [])).flatMap((text) => text.split(' ')),
  );
  const words = new Set(scopeWords(granted));
  const missing = wanted.flatMap((scope) =>
    whole.has(scope) ? [] : scopeWords(scope).filter((word) => !words.has(word)),
  );
  return [...new Set(missing)];
}
