/** Shorter words are names, versions and numbers. */
const SHORTEST = 16;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const WORD = /[^\s"'`<>()[\]{},;]+/g;

/**
 * Masks what may be a secret in text of unknown origin: long words of letters and digits. Paths and addresses stay
 * readable but for such parts.
 */
export function maskUnknown(text: string): string {
  return text.replace(WORD, (word) => {
    if (/^[A-Za-z0-9+/]{32,}={0,2}$/.test(word) && !word.startsWith('/') && mixed(word)) return '•••';
    // Base64 has slashes too: a plus tells it from a path.
    if (word.length >= SHORTEST && word.includes('+') && !ADDRESS.test(word) && mixed(word)) return '•••';
    return word
      .split(/([/\\:=&?])/)
      .map((part) => (part.length >= SHORTEST && mixed(part) ? '•••' : part))
      .join('');
  });
}

function mixed(word: string): boolean {
  return /\d/.test(word) && /[A-Za-z]/.test(word);
}
