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

const CAUSE = 'keyturn token permissions';

type SourcePermission = Extract<Permission, { kind: 'source' }>;

export const permissionsCommand: Command = {
  options,
  help: `Usage: keyturn token permissions [--withdraw ID] [--json]

Lists the permissions that you gave with "always": to run a command line, read a keychain entry or a key file,
exchange a token, or send secrets to servers besides the issuer. Each has the allowed origins of its token and the
keyturn.json that declares it. Keyturn keeps them in the keychain. Permissions of KEYTURN_ALLOW_COMMANDS and its
siblings are not listed.

  --withdraw ID      withdraw this permission, so that Keyturn asks again; repeatable, "all" withdraws all
  --json             print an array of {id, token, subject, origins, askedForBy}, with --withdraw of those withdrawn.
                     subject is {kind, …}; kind is command, keychain, key_file, sign_in, new_receiver or exchange

Exit codes: 0 done, 1 Keyturn could not read or change the keychain, 2 wrong use, or no permission has this id.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 0) {
      throw new KeyturnError('usage', '`keyturn token permissions` takes no name.', {
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
      const permissions = new Permissions(keychainValues(keychain), audit);
      // Origins and places are remembered by the editor alone.
      const all = (await permissions.list()).filter((one) => one.kind === 'source');
      const wanted = values.withdraw;
      const chosen = wanted === undefined ? all : chosenOf(all, wanted);
      if (wanted !== undefined) for (const one of chosen) await permissions.withdraw(one, CAUSE);
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
    throw new KeyturnError('usage', `There is no permission ${JSON.stringify(id)}.`, {
      hint: '`keyturn token permissions` lists the ids.',
    });
  }
  return all.filter(({ id }) => wanted.includes(id));
}

function tell(permissions: readonly SourcePermission[], withdrawn: boolean, streams: Streams): void {
  const { out } = streams;
  if (permissions.length === 0) {
    out.write('No permissions are remembered.\n');
    return;
  }
  const paint = palette(out, streams.env);
  for (const one of permissions) out.write(lineOf(one, paint));
  if (withdrawn)
    out.write(
      `${permissions.length === 1 ? 'This permission is' : 'These permissions are'} withdrawn. Keyturn asks again.\n`,
    );
}

function lineOf({ id, tokenName, question }: SourcePermission, paint: Palette): string {
  const head = `${paint.dim(id)}  ${paint.bold(visible(tokenName))}  ${visible(consentText(question))}`;
  return `${head}\n          ${paint.dim(`declared in ${quoted(question.declaredIn)}`)}\n`;
}

function jsonOf({ id, tokenName: token, question }: SourcePermission) {
  const { subject, origins, declaredIn } = question;
  return { id, token, subject, origins, askedForBy: declaredIn };
}
