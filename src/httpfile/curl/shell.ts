import { cmdWords } from './cmdWords.ts';
import { posixWords } from './posixWords.ts';
import { powershellWords } from './powershellWords.ts';
import type { Words } from './words.ts';

/**
 * The words of a command as the shell splits them that it was written for: a POSIX shell, or Windows' cmd or PowerShell
 * where only they would write so. Browsers copy requests for all of them. Time grows with the length.
 */
export function splitWords(source: string): Words {
  switch (shellOf(source)) {
    case 'cmd':
      return cmdWords(source);
    case 'powershell':
      return powershellWords(source);
    case 'posix':
      return posixWords(source);
  }
}

/** The first thing that only one of them writes decides. */
function shellOf(source: string): 'posix' | 'cmd' | 'powershell' {
  const isWindows = /^\s*curl\.exe\b/i.test(source);
  let quoteStart = -1;
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    const next = source.charAt(at + 1);
    if (quoteStart >= 0) {
      if (char === '\\' && next !== '\n') at++;
      else if (char === '"') {
        // Inside quotes this is a quote on Windows; elsewhere it does not occur.
        if (next === '"' && at > quoteStart + 1) return 'cmd';
        quoteStart = -1;
      }
    } else if (char === '\\') {
      if (next === '\n') return 'posix';
      at++;
    } else if (char === '^' && /["\n&|<>^%(){}[\]]/.test(next)) return 'cmd';
    else if (char === '`' && next === '\n') return 'powershell';
    else if (char === "'") return isWindows ? 'powershell' : 'posix';
    else if (char === '$' && (next === "'" || next === '"')) return 'posix';
    else if (char === '"') quoteStart = at;
  }
  return isWindows ? 'cmd' : 'posix';
}
