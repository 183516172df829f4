/** Names and values; a name may repeat. */
export type Pairs = [name: string, value: string][];

export function valuesOf(pairs: Pairs, name: unknown): string[] {
  const wanted = String(name).toLowerCase();
  return pairs.filter(([known]) => known.toLowerCase() === wanted).map(([, value]) => value);
}

/** The first value; null where there is none. */
export function valueOf(pairs: Pairs, name: unknown): string | null {
  return valuesOf(pairs, name)[0] ?? null;
}

export interface ContentType {
  /** Lower case, empty where the response does not say. */
  readonly mimeType: string;
  readonly charset: string | null;
}

export function contentTypeOf(pairs: Pairs): ContentType {
  const [type = '', ...parameters] = (valueOf(pairs, 'content-type') ?? '').split(';');
  const charset = parameters
    .map((text) => text.trim())
    .find((text) => text.toLowerCase().startsWith('charset='));
  return {
    mimeType: type.trim().toLowerCase(),
    charset: charset === undefined ? null : charset.slice('charset='.length).replaceAll('"', ''),
  };
}

export function isJson({ mimeType }: ContentType): boolean {
  return mimeType === 'application/json' || mimeType === 'text/json' || mimeType.endsWith('+json');
}

/** The value where the body is JSON, else the text. */
export function parsedBody(text: string, type: ContentType): unknown {
  if (!isJson(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string | null;
  readonly path: string | null;
  readonly expires: string | null;
  readonly secure: boolean;
  readonly httpOnly: boolean;
}

/** What the response's `Set-Cookie` lines say (RFC 6265 section 5.2, in broad strokes). */
export function cookiesOf(pairs: Pairs): Cookie[] {
  return valuesOf(pairs, 'set-cookie').map((line) => {
    const [first = '', ...rest] = line.split(';');
    const equals = first.indexOf('=');
    const attributes = rest.map((text) => text.trim());
    const attribute = (name: string) => {
      const found = attributes.find((text) => text.toLowerCase().startsWith(`${name}=`));
      return found === undefined ? null : found.slice(name.length + 1);
    };
    const flag = (name: string) => attributes.some((text) => text.toLowerCase() === name);
    return {
      name: first.slice(0, Math.max(equals, 0)).trim(),
      value: first.slice(equals + 1).trim(),
      domain: attribute('domain'),
      path: attribute('path'),
      expires: attribute('expires'),
      secure: flag('secure'),
      httpOnly: flag('httponly'),
    };
  });
}
