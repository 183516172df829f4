import { resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { fileLimits } from '../../base/files.ts';
import { formatDuration } from '../../base/text.ts';
import { tokenEvent } from '../../base/auditEvent.ts';
import { type PlannedImport, planImport } from '../../token/transfer/transferPlan.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { visible } from '../../base/visible.ts';
import { parseArguments, type Command } from '../command.ts';
import { nodeFiles } from '../session/nodeFiles.ts';
import { readSecret } from '../ask/secretPrompt.ts';

const options = {
  replace: { type: 'boolean' },
  list: { type: 'boolean' },
} as const;

export const importCommand: Command = {
  options,
  help: `Usage: keyturn token import FILE [--replace] [--list]

Adds the tokens of a file that \`keyturn token export\` or the editor wrote to the keychain. Keyturn asks for the
passphrase, or reads it from a pipe.

  --replace   replace tokens that exist in the keychain
  --list      only show the tokens of the file

Exit codes: 0 done, 1 Keyturn could not open the file, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new KeyturnError('usage', 'Name the one file to import.');
    const bytes = await nodeFiles.read(resolve(streams.cwd, file), {
      from: null,
      trusted: true,
      maxBytes: fileLimits.tokens,
      name: file,
      signal,
    });
    if (bytes === null) throw new KeyturnError('file_unreadable', `There is no file ${file}.`);
    const passphrase = await readSecret(streams, 'Passphrase: ', signal);
    const { decryptTokens } = await import('../../token/transfer/transfer.ts');
    const tokens = await decryptTokens(new TextDecoder().decode(bytes), passphrase);
    const { openSession } = await import('../session/session.ts');
    await using session = openSession(streams, null, signal);
    const plan = await planImport(tokens, session.store);
    for (const planned of plan) streams.err.write(`${lineOf(planned, values.replace === true)}\n`);
    if (values.list === true) return 0;
    const taken = plan.filter(
      ({ effect }) => effect === 'new' || (effect === 'other' && values.replace === true),
    );
    for (const { token } of taken) {
      await session.store.set(token);
      session.audit.record(tokenEvent('added', token, 'keyturn token import'));
    }
    const names = taken.map(({ token }) => token.name).join(', ');
    streams.err.write(names === '' ? 'Nothing was imported.\n' : `Imported: ${visible(names)}.\n`);
    return 0;
  },
};

function lineOf({ token, effect }: PlannedImport, replace: boolean): string {
  const end = token.expiresAtMs === null ? null : token.expiresAtMs - Date.now();
  const facts = [
    {
      new: 'new',
      same: 'already in the keychain',
      other: replace
        ? 'replaces the stored token'
        : 'not imported: another token is stored; --replace replaces it',
    }[effect],
  ];
  if (end !== null) facts.push(end <= 0 ? 'expired' : `expires in ${formatDuration(end)}`);
  if (token.personal !== null) facts.push(`allowed origins ${shownAddresses(token.personal.origins)}`);
  return `${visible(token.name)}: ${visible(facts.join(', '))}`;
}
