import { addAbortSignal } from 'node:stream';
import { KeyturnError } from '../../base/errors.ts';
import type { Streams } from '../output/streams.ts';

/** Longer than any token in use, short enough that a wrong file does not fill the memory. */
const longestSecret = 1_000_000;

export interface SecretOptions {
  /** `several`, as a key in PEM has them; without it one. */
  readonly lines?: 'one' | 'several';
}

/**
 * A secret from standard input: typed without an echo at a terminal, else everything in the pipe, without its line end.
 * Fails with `cancelled` on Ctrl+C, `secret_missing` when nothing came, and `token_invalid` for control
 * characters, among which line ends count unless it may have several lines.
 */
export async function readSecret(
  streams: Streams,
  prompt: string,
  signal: AbortSignal,
  { lines = 'one' }: SecretOptions = {},
): Promise<string> {
  const atTerminal = streams.in.isTTY === true;
  const text = atTerminal
    ? await typed(streams, prompt, signal, lines === 'several' ? endsKey : endsLine)
    : await piped(streams, signal);
  const secret = text.trim();
  if (secret === '') {
    throw new KeyturnError(
      'secret_missing',
      atTerminal ? 'You entered nothing.' : 'Standard input is empty.',
    );
  }
  const checked = lines === 'several' ? secret.replace(/\r?\n/g, '') : secret;
  if (/[\u0000-\u001f\u007f]/.test(checked)) {
    throw new KeyturnError(
      'token_invalid',
      lines === 'several'
        ? 'The input contains control characters.'
        : 'The input contains line breaks or control characters.',
      { hint: 'Enter only the secret, as plain text in UTF-8.' },
    );
  }
  return secret;
}

async function piped(streams: Streams, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  // An abort must end the reading also while nothing comes.
  const input = addAbortSignal(signal, streams.in);
  try {
    for await (const chunk of input) {
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > longestSecret)
        throw new KeyturnError('token_invalid', 'The input is longer than 1 MB.');
    }
  } catch (error) {
    if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.', { cause: error });
    throw error;
  }
  return text;
}

type IsWhole = (text: string) => boolean;

const endsLine: IsWhole = () => true;

/**
 * Enter in the middle of a pasted key is a line break of the key. If reading stopped there, the shell would show and
 * remember the rest.
 */
const endsKey: IsWhole = (text) => {
  const started = text.trimStart();
  if (started.startsWith('{')) return started.trimEnd().endsWith('}') && isJson(started);
  return !started.startsWith('-----BEGIN') || /-----END [^-]*-----\s*$/.test(started.slice(-100));
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Raw mode echoes nothing. Enter finishes, Backspace deletes, Ctrl+C and Ctrl+D cancel. */
function typed(streams: Streams, prompt: string, signal: AbortSignal, isWhole: IsWhole): Promise<string> {
  const input = streams.in;
  streams.err.write(prompt);
  input.setRawMode?.(true);
  input.setEncoding('utf8');
  input.resume();
  return new Promise((resolve, reject) => {
    let text = '';
    let previous = '';
    const finish = () => {
      input.setRawMode?.(false);
      input.pause();
      input.removeListener('data', read);
      signal.removeEventListener('abort', cancel);
      streams.err.write('\n');
    };
    const cancel = () => {
      finish();
      reject(new KeyturnError('cancelled', 'Cancelled.'));
    };
    const read = (chunk: string) => {
      for (const character of chunk) {
        const ended = character === '\r' || (character === '\n' && previous !== '\r');
        previous = character;
        if (ended) {
          if (isWhole(text)) {
            finish();
            resolve(text);
            return;
          }
          text += '\n';
        } else if (character === '\u0003' || character === '\u0004') {
          cancel();
          // In raw mode Ctrl+C is a character, but the person wants to cancel the whole command.
          if (character === '\u0003') process.emit('SIGINT');
          return;
        } else if (character === '\u007f' || character === '\b') {
          text = Array.from(text).slice(0, -1).join('');
        } else if (character !== '\n' && text.length < longestSecret) {
          text += character;
        }
      }
    };
    input.on('data', read);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
  });
}

/** True at a terminal, where a person can answer, unless the call forbids it. */
export function canAsk(streams: Streams): boolean {
  return streams.noInput !== true && streams.in.isTTY === true && streams.err.isTTY === true;
}
