import { KeyturnError } from '../../base/errors.ts';
import { KeychainSecretStore } from '../../keychain/keychainSecretStore.ts';
import { type Permission, Permissions } from '../../consent/permissions.ts';
import { consentText } from '../../consent/record.ts';
import { quoted, visible, visibleJson } from '../../base/visible.ts';
import { openAudit } from '../session/audit.ts';
import { parseArguments, type Command } from '../command.ts';
import { keychainValues } from '../ask/sourceConsent.ts';
import { palette, type Palette, type Streams } from '../output/streams.ts';

const options = {
  withdraw: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

const CAUSE = 'keyturn token agreements';

type SourcePermission = Extract<Permission, { kind: 'source' }>;

export const agreementsCommand: Command = {
  options,
  help: `Usage: keyturn token agreements [--withdraw ID] [--json]

Lists what you answered with "always": command lines that are run, entries of the keychain and key files that are
read, tokens that are exchanged, secrets that go to other servers than the issuer or the page; each with the origins its token may go to and the
keyturn.json that asked. They are remembered in the keychain. What KEYTURN_ALLOW_COMMANDS and the like hold
is no part of it.

  --withdraw ID      asks again from now on; may be repeated, and "all" withdraws everything
  --json             an array of {id, token, subject, origins, askedForBy}; with --withdraw of what was withdrawn.
                     subject is {kind, …}: command, keychain, key_file, sign_in or exchange, and what it names

Exit codes: 0 done, 1 the keychain could not be read or changed, 2 wrong use, also an id that does not exist.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 0) {
      throw new KeyturnError('usage', '`keyturn token agreements` takes no name.', {
        hint: 'Withdraw by id: `--withdraw ID`.',
      });
    }
    const keychain = new KeychainSecretStore({ env: streams.env, signal });
    const notes: KeyturnError[] = [];
    const audit = openAudit(streams.env, {
      mask: (text) => text,
      secrets: () => null,
      report: (error) => notes.push(error),
    });
    try {
      const agreements = new Permissions(keychainValues(keychain), audit);
      // Origins and places are remembered by the editor alone.
      const all = (await agreements.list()).filter((one) => one.kind === 'source');
      const wanted = values.withdraw;
      const chosen = wanted === undefined ? all : chosenOf(all, wanted);
      if (wanted !== undefined) for (const one of chosen) await agreements.withdraw(one, CAUSE);
      if (values.json === true) streams.out.write(`${visibleJson(chosen.map(jsonOf))}\n`);
      else tell(chosen, wanted !== undefined, streams);
    } finally {
      await audit.dispose();
      keychain.dispose();
    }
    const paint = palette(streams.err, streams.env);
    for (const { message } of notes) streams.err.write(`${paint.warn('note:')} ${visible(message)}\n`);
    return 0;
  },
};

/** Fails with `usage` before anything is withdrawn. */
function chosenOf(all: readonly SourcePermission[], wanted: readonly string[]): readonly SourcePermission[] {
  if (wanted.includes('all')) return all;
  for (const id of wanted) {
    if (all.some((one) => one.id === id)) continue;
    throw new KeyturnError('usage', `There is no agreement ${JSON.stringify(id)}.`, {
      hint: '`keyturn token agreements` lists them with their ids.',
    });
  }
  return all.filter(({ id }) => wanted.includes(id));
}

function tell(agreements: readonly SourcePermission[], withdrawn: boolean, streams: Streams): void {
  const { out } = streams;
  if (agreements.length === 0) {
    out.write('No permissions are remembered.\n');
    return;
  }
  const paint = palette(out, streams.env);
  for (const one of agreements) out.write(lineOf(one, paint));
  if (withdrawn)
    out.write(`${agreements.length === 1 ? 'It is' : 'They are'} withdrawn: you are asked again.\n`);
}

function lineOf({ id, tokenName, question }: SourcePermission, paint: Palette): string {
  const head = `${paint.dim(id)}  ${paint.bold(visible(tokenName))}  ${visible(consentText(question))}`;
  return `${head}\n          ${paint.dim(`asked for by ${quoted(question.declaredIn)}`)}\n`;
}

function jsonOf({ id, tokenName: token, question }: SourcePermission) {
  const { subject, origins, declaredIn } = question;
  return { id, token, subject, origins, askedForBy: declaredIn };
}
