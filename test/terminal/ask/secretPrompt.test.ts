import { generateKeyPairSync } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type SecretOptions, readSecret } from '../../../src/terminal/ask/secretPrompt.ts';
import type { Streams } from '../../../src/terminal/output/streams.ts';

/** A terminal at which these chunks are typed or pasted, one after the other. */
function typing(...chunks: string[]) {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  const err = Object.assign(new PassThrough(), { isTTY: true });
  const streams: Streams = { in: input, out: new PassThrough(), err, env: {}, cwd: '/', sandboxEntry: '' };
  const read = (options: SecretOptions = {}) => {
    const reading = readSecret(streams, 'Key: ', new AbortController().signal, options);
    for (const chunk of chunks) input.write(chunk);
    return reading;
  };
  return { read, raw, said: () => String(err.read() ?? ''), left: () => String(input.read() ?? '') };
}

const several = { lines: 'several' } as const;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString().trim();
const jwk = JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] }, null, 2);

describe('a secret that is typed', () => {
  it('ends with Enter and is never shown', async () => {
    const { read, raw, said } = typing('abé', '\u007f', 'c\r');
    expect(await read()).toBe('abc');
    expect(raw).toEqual([true, false]);
    expect(said()).toBe('Key: \n');
  });

  it.each([
    ['PEM', pem],
    ['a JWK set', jwk],
  ])('is the whole key where %s is pasted, in whatever pieces', async (_what, key) => {
    const pasted = key.replaceAll('\n', '\r');
    expect(await typing(`${pasted}\r`).read(several)).toBe(key);
    expect(await typing(...pasted.split(/(?<=\r)/), '\r').read(several)).toBe(key);
    expect(await typing(`${key.replaceAll('\n', '\r\n')}\r\n`).read(several)).toBe(key);
  });

  it('ends at the first Enter where it is no key of several lines', async () => {
    expect(await typing('a shared secret\r').read(several)).toBe('a shared secret');
  });

  it('is cancelled with Ctrl+D, and the whole command with Ctrl+C', async () => {
    let interrupted = 0;
    const count = () => interrupted++;
    process.on('SIGINT', count);
    try {
      await expect(typing('abc\u0004').read()).rejects.toMatchObject({ code: 'cancelled' });
      expect(interrupted).toBe(0);
      await expect(typing('abc\u0003').read()).rejects.toMatchObject({ code: 'cancelled' });
      expect(interrupted).toBe(1);
    } finally {
      process.removeListener('SIGINT', count);
    }
  });

  it('must be there, and holds no control characters', async () => {
    await expect(typing('\r').read()).rejects.toMatchObject({
      code: 'secret_missing',
      message: 'You entered nothing.',
    });
    await expect(typing('abc\u001b[D\r').read()).rejects.toMatchObject({ code: 'token_invalid' });
  });
});
