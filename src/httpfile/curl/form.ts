import { templateAt } from './words.ts';
import { firstOutside } from '../resolve/template.ts';
import type { FormPart } from '../parse/tree.ts';
import { checkedPath } from './data.ts';

/**
 * One part of a form: `name=text`, `name=@file` or `name=<file`, with `;type=` and `;filename=` behind it. A message
 * where it cannot be sent.
 */
export function readFormPart(argument: string, isLiteral: boolean): FormPart | string {
  const equals = firstOutside(argument, /=/);
  if (equals < 0) return 'Write name=content.';
  const name = argument.slice(0, equals);
  const content = argument.slice(equals + 1);
  if (isLiteral) return { name, text: content, type: null, filename: null };
  const [first = ''] = content;
  if (first === '(' || (name === '' && content === ')')) return 'Forms inside forms are not supported yet.';
  const isFile = first === '@' || first === '<';
  const read = readWords(isFile ? content.slice(1) : content);
  if (typeof read === 'string') return read;
  const { value, type, filename } = read;
  if (!isFile) return { name, text: value, type, filename };
  const fault = checkedPath(value);
  if (fault !== null) return fault;
  if (first === '@' && !read.isQuoted && value.includes(',')) {
    return 'Several files in one part are not supported yet: write a part for each, or put the name in quotes.';
  }
  const sent = first === '<' ? filename : (filename ?? baseName(value));
  return {
    name,
    path: value,
    type: type ?? (first === '<' ? null : typeOf(sent ?? value, value)),
    filename: sent,
  };
}

interface Content {
  readonly value: string;
  readonly isQuoted: boolean;
  readonly type: string | null;
  readonly filename: string | null;
}

function readWords(source: string): Content | string {
  const content = wordAt(source, 0);
  let at = content.end;
  let type: string | null = null;
  let filename: string | null = null;
  let isType = false;
  while (at < source.length) {
    at++;
    while (source.charAt(at) === ' ') at++;
    const key = /(?:type|filename|headers|encoder)=/iy;
    key.lastIndex = at;
    const found = key.exec(source)?.[0].toLowerCase();
    if (found === 'type=') {
      const end = plainEnd(source, at);
      type = source.slice(at + found.length, end).trim();
      if (!/^[^/\s]+\/[^;,\s]+/.test(type)) return 'Write the type of a part as type/subtype.';
      isType = true;
      at = end;
    } else if (found === 'filename=') {
      const word = wordAt(source, at + found.length);
      filename = word.text;
      isType = false;
      at = word.end;
    } else if (found !== undefined) {
      return `${found.slice(0, -1)} of a part is not supported yet.`;
    } else {
      // A parameter of the type, such as its charset.
      const end = plainEnd(source, at);
      const text = source.slice(at, end).trim();
      if (!isType && text !== '')
        return 'curl does not send what follows a semicolon: put the content in double quotes.';
      if (isType) type = `${type ?? ''};${source.slice(at, end)}`.trimEnd();
      at = end;
    }
  }
  return { value: content.text, isQuoted: content.isQuoted, type, filename };
}

/** A word up to the next semicolon, without the blanks around it, or in double quotes. */
function wordAt(
  source: string,
  from: number,
): { readonly text: string; readonly end: number; readonly isQuoted: boolean } {
  let start = from;
  while (/\s/.test(source.charAt(start))) start++;
  if (source.charAt(start) === '"') {
    const pieces: string[] = [];
    for (let at = start + 1; at < source.length; at++) {
      const char = source.charAt(at);
      if (char === '\\' && /["\\]/.test(source.charAt(at + 1))) pieces.push(source.charAt(++at));
      else if (char === '"') return { text: pieces.join(''), end: plainEnd(source, at + 1), isQuoted: true };
      else pieces.push(char);
    }
  }
  const end = plainEnd(source, start);
  return { text: source.slice(start, end).replace(/(?<!\s)\s+$/, ''), end, isQuoted: false };
}

/** Offset of the next semicolon outside `{{ }}`. */
function plainEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && source.charAt(at) !== ';') at += templateAt(source, at)?.length ?? 1;
  return at;
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

const types: Readonly<Record<string, string>> = {
  gif: 'image/gif',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  pdf: 'application/pdf',
  xml: 'application/xml',
};

/** What curl says of a file by its name. */
function typeOf(...names: readonly string[]): string {
  for (const name of names) {
    const type = types[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
    if (type !== undefined) return type;
  }
  return 'application/octet-stream';
}
