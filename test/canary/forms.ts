/** Every form in which a secret could be found again: as it is, URL-encoded, and in base64 at any alignment. */
export function secretForms(secret: string): string[] {
  const forms = new Set([secret, encodeURIComponent(secret), encodeURIComponent(secret).toLowerCase()]);
  const bytes = Buffer.from(secret);
  for (const padding of [0, 1, 2]) {
    // Inside a longer text the first and last characters of the base64 depend on the neighbours.
    const encoded = Buffer.concat([Buffer.alloc(padding), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const inner = encoded.slice(padding === 0 ? 0 : 4, encoded.length - 2);
    forms.add(inner);
    forms.add(inner.replaceAll('+', '-').replaceAll('/', '_'));
    forms.add(encodeURIComponent(inner));
  }
  return [...forms];
}

/** Which of the secrets stand in a text, by their names. */
export function findSecrets(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets)
    .filter(([, secret]) => secretForms(secret).some((form) => text.includes(form)))
    .map(([name]) => name);
}
