import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { passphraseStrength, SHORTEST_PASSPHRASE } from '../../token/transfer/passphrase.ts';
import type { Token } from '../../token/token.ts';
import { profilesSnippet, transferable } from '../../token/transfer/transferPlan.ts';
import { visible } from '../../base/visible.ts';
import { parseArguments, type Command } from '../command.ts';
import { readSecret } from '../ask/secretPrompt.ts';
import { type Streams } from '../output/streams.ts';

const options = {
  profiles: { type: 'boolean' },
  overwrite: { type: 'boolean' },
} as const;

export const exportCommand: Command = {
  options,
  help: `Usage: keyturn token export FILE [NAME…] [--overwrite]
       keyturn token export --profiles [NAME…]

Writes all tokens of the keychain, or those that you name, to a file encrypted with a passphrase. Keyturn asks for
the passphrase twice, or reads it from a pipe. It does not export client secrets.

  --profiles    print the profiles of pasted tokens as a keyturn.json instead, without secrets
  --overwrite   replace an existing file

Exit codes: 0 done, 1 nothing to export, or Keyturn could not write the file, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const { openSession } = await import('../session/session.ts');
    await using session = openSession(streams, null, signal);
    if (values.profiles === true) {
      const snippet = profilesSnippet(chosen(await session.store.list(), positionals));
      if (snippet === null) throw new KeyturnError('token_missing', 'There is no pasted token.');
      streams.out.write(snippet);
      return 0;
    }
    const [file, ...names] = positionals;
    if (file === undefined || file === '' || file === '-') {
      throw new KeyturnError('usage', 'Name the file to write.');
    }
    const path = resolve(streams.cwd, file);
    // Before the person thinks of a passphrase.
    if (values.overwrite !== true && existsSync(path)) throw isThere(path);
    const held = chosen(await session.store.list(), names);
    const tokens = transferable(held);
    if (tokens.length === 0) throw new KeyturnError('token_missing', 'There is no token to export.');
    const passphrase = await newPassphrase(streams, signal);
    const { encryptTokens } = await import('../../token/transfer/transfer.ts');
    const encrypted = await encryptTokens(tokens, passphrase);
    await write(path, encrypted, values.overwrite === true);
    for (const token of tokens) session.audit.record(tokenEvent('exported', token, 'keyturn token export'));
    const exported = tokens.map(({ name }) => name).join(', ');
    streams.err.write(`Exported to ${visible(file)}: ${visible(exported)}.\n`);
    if (tokens.length < held.length) {
      streams.err.write('Not exported: tokens that are bound to a key of this computer (DPoP).\n');
    }
    return 0;
  },
};

function chosen(tokens: readonly Token[], names: readonly string[]): Token[] {
  for (const name of names) {
    if (tokens.some((token) => token.name === name)) continue;
    throw new KeyturnError('token_missing', `No token is stored for ${JSON.stringify(name)}.`);
  }
  return tokens.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function newPassphrase(streams: Streams, signal: AbortSignal): Promise<string> {
  const passphrase = await readSecret(
    streams,
    `Passphrase (at least ${SHORTEST_PASSPHRASE} characters): `,
    signal,
  );
  const strength = passphraseStrength(passphrase);
  if (strength === 'too_short') {
    throw new KeyturnError('usage', `The passphrase needs at least ${SHORTEST_PASSPHRASE} characters.`);
  }
  if (strength === 'weak') streams.err.write('This passphrase is weak. Add a few words.\n');
  if (streams.in.isTTY === true && (await readSecret(streams, 'Once more: ', signal)) !== passphrase) {
    throw new KeyturnError('usage', 'The two passphrases differ.');
  }
  return passphrase;
}

async function write(path: string, text: string, overwrite: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: overwrite ? 'w' : 'wx', mode: 0o600 });
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw exists
      ? isThere(path)
      : new KeyturnError('file_unreadable', `Keyturn couldn't write ${path}.`, { cause });
  }
}

function isThere(path: string): KeyturnError {
  return new KeyturnError('usage', `The file ${path} exists already.`, {
    hint: 'Replace it with `--overwrite`.',
  });
}
