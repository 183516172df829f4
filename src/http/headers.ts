import { isAscii, isUtf8 } from 'node:buffer';
import type { HeaderList } from './message.ts';

/** The header lines of a response as undici holds them: pairs of bytes (HTTP/1.1) or an object (HTTP/2). */
export function readHeaders(raw: unknown): HeaderList {
  const lines: [string, string][] = [];
  if (Array.isArray(raw)) {
    for (let i = 0; i + 1 < raw.length; i += 2) lines.push([fieldText(raw[i]), fieldValue(raw[i + 1])]);
  } else if (typeof raw === 'object' && raw !== null) {
    for (const [name, value] of Object.entries(raw)) {
      if (name.startsWith(':')) continue;
      if (Array.isArray(value)) for (const one of value) lines.push([name, fieldText(one)]);
      else lines.push([name, fieldText(value)]);
    }
  }
  return lines;
}

/** White space of folded lines, and what no value may hold, becomes spaces (RFC 9112 section 5.2, RFC 9110 section 5.5). */
function fieldValue(value: unknown): string {
  return fieldText(value)
    .replace(/[\t\r\n\0]/g, ' ')
    .trimEnd();
}

/** ISO 8859-1 is what HTTP says; servers that go beyond ASCII nearly always mean UTF-8. */
function fieldText(value: unknown): string {
  if (!Buffer.isBuffer(value)) return typeof value === 'string' ? value : String(value);
  return value.toString(!isAscii(value) && isUtf8(value) ? 'utf8' : 'latin1');
}
