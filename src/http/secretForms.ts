/** The ways in which a secret may stand inside other text: as it is, URL-encoded, in JSON, in base64 of any alignment. */
export function secretForms(secret: string): readonly string[] {
  if (secret === '') return [];
  const forms = new Set([secret, JSON.stringify(secret).slice(1, -1)]);
  const encoded = percentEncoded(secret);
  forms.add(encoded);
  // Forms write a space as "+" (what else they encode is decoded before the search).
  forms.add(encoded.replaceAll('%20', '+'));
  forms.add(secret.replaceAll(' ', '+'));
  for (const form of base64Forms(Buffer.from(secret, 'utf8'))) forms.add(form);
  return [...forms];
}

/** Whether any of the secrets stands in the text, in any of its forms. */
export function holdsSecret(text: string, secrets: readonly string[]): boolean {
  if (text === '' || secrets.length === 0) return false;
  const decoded = percentDecoded(text);
  return secrets.some((secret) =>
    secretForms(secret).some((form) => text.includes(form) || decoded.includes(form)),
  );
}

/** The same for the bytes of a body. */
export function bytesHoldSecret(bytes: Uint8Array, secrets: readonly string[]): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (secrets.some((secret) => secretForms(secret).some((form) => buffer.includes(form, 0, 'utf8'))))
    return true;
  return buffer.includes('%') && holdsSecret(buffer.toString('latin1'), secrets);
}

/**
 * What base64 makes of the bytes when other bytes stand before and after them (as in `user:password`): the characters
 * that depend on the secret alone, for each of the three alignments, in both alphabets.
 */
function base64Forms(secret: Buffer): string[] {
  const forms: string[] = [];
  for (let before = 0; before < 3; before += 1) {
    const bits = (before + secret.length) * 8;
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64');
    const inner = text.slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
    // Shorter pieces would be found everywhere.
    if (inner.length < 6) continue;
    forms.push(inner, inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half of a surrogate pair cannot be encoded.
    return text;
  }
}

function percentDecoded(text: string): string {
  // Piece by piece, so that one wrong escape does not hide the others.
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
