import { addAbortSignal } from 'node:stream';
import { KeyturnError } from '../errors.ts';
import type { Streams } from './streams.ts';

/** Longer than any token in use, short enough that a wrong file does not fill the memory. */
const longestSecret = 1_000_000;

/**
 * A secret from standard input: typed without an echo at a terminal, else all that a pipe brings. The line end is
 * no part of it. Fails with `cancelled` on Ctrl+C, `usage` when nothing came, and `token_invalid` for control
 * characters, among which line ends count unless `severalLines` is set.
 */
export async function readSecret(
  streams: Streams,
  prompt: string,
  signal: AbortSignal,
  severalLines = false,
): Promise<string> {
  const text =
    streams.in.isTTY === true ? await typed(streams, prompt, signal) : await piped(streams, signal);
  const secret = text.trim();
  if (secret === '') throw new KeyturnError('usage', 'No secret was given.');
  if (/[\u0000-\u001f\u007f]/.test(severalLines ? secret.replace(/\r?\n/g, '') : secret)) {
    throw new KeyturnError('token_invalid', 'The secret holds line ends or control characters.');
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
        throw new KeyturnError('token_invalid', 'The secret is longer than 1 MB.');
    }
  } catch (error) {
    if (signal.aborted) throw new KeyturnError('cancelled', 'Cancelled.', { cause: error });
    throw error;
  }
  return text;
}

/** Raw mode shows nothing of what is typed; Enter ends, Backspace takes back, Ctrl+C and Ctrl+D give up. */
function typed(streams: Streams, prompt: string, signal: AbortSignal): Promise<string> {
  const input = process.stdin;
  streams.err.write(prompt);
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.resume();
  return new Promise((resolve, reject) => {
    let text = '';
    const finish = () => {
      input.setRawMode(false);
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
        if (character === '\r' || character === '\n') {
          finish();
          resolve(text);
          return;
        }
        if (character === '\u0003' || character === '\u0004') {
          cancel();
          return;
        }
        if (character === '\u007f' || character === '\b') text = text.slice(0, -1);
        else if (text.length < longestSecret) text += character;
      }
    };
    input.on('data', read);
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
  });
}
