import { createAuditLog } from '../../audit/auditLog.ts';
import { auditCsv, auditJson } from '../../audit/export.ts';
import { type AuditFilter, checkActions, filterEntries, noFilter, parseSince } from '../../audit/filter.ts';
import type { AuditEntry } from '../../audit/read.ts';
import type { AuditVerification } from '../../audit/verify.ts';
import { systemClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { KeychainSecretStore } from '../../keychain/keychainSecretStore.ts';
import { formatLocal } from '../../base/text.ts';
import { parseUrl } from '../../base/url.ts';
import { visible, visibleJson } from '../../base/visible.ts';
import { auditFolder } from '../session/audit.ts';
import { parseArguments, type Command, type ExitCode } from '../command.ts';
import { palette, type Palette, type Streams } from '../output/streams.ts';

const options = {
  token: { type: 'string', multiple: true },
  origin: { type: 'string', multiple: true },
  action: { type: 'string', multiple: true },
  since: { type: 'string' },
  unusual: { type: 'boolean' },
  verify: { type: 'boolean' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
} as const;

const ATTEMPTS: ReadonlySet<string> = new Set(['obtained', 'refreshed', 'introspected', 'revoked']);

export const auditCommand: Command = {
  options,
  help: `Usage: keyturn token audit [options]

Shows the audit log of the command, oldest event first: what happened to tokens, when, and why. The log contains no
token. Words besides options select entries that contain all of them.

  --token NAME       only this token; repeatable, as the next two
  --origin ORIGIN    only this origin, such as https://api.example.com
  --action ACTION    added, obtained, used, refreshed, refused, introspected, revoked, revealed, copied, exported,
                     renamed, origins_changed, allowed, withdrawn, deleted, missed or log_fault
  --since TIME       only events of the last 30m, 12h, 7d or 2w, or since a date such as 2026-01-15
  --unusual          only unusual events: a new origin, a refused use, a burst
  --verify           check that the log is complete, with the key in the keychain, and say what cannot be proved
  --json             print an array of {time, action, token, fingerprint, origin, method, path, status, error, cause,
                     detail, unusual}; with --verify {state, proof, lines, unproven, missed,
                     waiting, at, expired, torn, head, reason}
  --csv              print comma-separated values

Keyturn deletes events after 90 days. KEYTURN_AUDIT_DAYS sets another number (1 to 3650).

Exit codes: 0 done, 1 the log was changed, cut, deleted or not readable, 2 wrong use.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (values.json === true && values.csv === true) {
      throw new KeyturnError('usage', 'Use `--json` or `--csv`, not both.');
    }
    const { verify, json, csv, ...chosen } = values;
    if (verify === true && (csv === true || positionals.length > 0 || Object.keys(chosen).length > 0)) {
      throw new KeyturnError('usage', '`--verify` checks the whole log. Only `--json` goes with it.');
    }
    const filter = filterOf(chosen, positionals);
    // Reading opens no keychain; verifying needs the key that is kept there.
    const keychain = verify === true ? new KeychainSecretStore({ env: streams.env, signal }) : null;
    const log = createAuditLog({
      folder: auditFolder(streams.env),
      clock: systemClock,
      mask: (text) => text,
      secrets: () => keychain,
      retentionDays: () => Infinity,
      report: () => undefined,
    });
    if (verify === true) return report(await log.verify(), json === true, streams);
    const entries = filterEntries(await log.read(), filter);
    if (json === true) streams.out.write(auditJson(entries));
    else if (csv === true) streams.out.write(auditCsv(entries));
    else streams.out.write(table(entries, palette(streams.out, streams.env)));
    return 0;
  },
};

function filterOf(
  values: {
    readonly token?: string[] | undefined;
    readonly origin?: string[] | undefined;
    readonly action?: string[] | undefined;
    readonly since?: string | undefined;
    readonly unusual?: boolean | undefined;
  },
  words: readonly string[],
): AuditFilter {
  const actions = values.action ?? [];
  checkActions(actions);
  const sinceMs = values.since === undefined ? null : parseSince(values.since, Date.now());
  if (values.since !== undefined && sinceMs === null) {
    throw new KeyturnError(
      'usage',
      '`--since` takes a time such as 30m, 12h, 7d or 2w, or a date such as 2026-01-15.',
    );
  }
  return {
    ...noFilter,
    tokens: values.token ?? [],
    origins: (values.origin ?? []).map(originOf),
    actions,
    sinceMs,
    unusualOnly: values.unusual === true,
    words: words.map((word) => word.toLowerCase()),
  };
}

/** Fails with `usage` for what is no origin: nothing would ever be found for it. */
function originOf(text: string): string {
  const url = parseUrl(text);
  if (url === null || url.origin === 'null' || url.pathname !== '/' || url.search !== '') {
    throw new KeyturnError('usage', '`--origin` takes an origin such as https://api.example.com.');
  }
  return url.origin;
}

function report(found: AuditVerification, json: boolean, streams: Streams): ExitCode {
  if (json) {
    streams.out.write(`${visibleJson(found)}\n`);
  } else {
    const paint = palette(streams.out, streams.env);
    const isFine = found.state === 'whole' || found.state === 'empty';
    const state = isFine ? paint.good(found.state) : paint.bad(found.state);
    const subject =
      found.state === 'whole' && found.proof !== 'sealed' ? 'The chain of the audit log' : 'The audit log';
    const at = found.at === null ? '' : ` at line ${found.at.line} of ${found.at.file}`;
    const verb = isFine || found.state === 'broken' ? 'is' : 'was';
    streams.out.write(`${subject} ${verb} ${state}${visible(at)}. ${visible(found.reason)}\n`);
    const facts = [`${found.lines} lines`];
    if (found.expired > 0) facts.push(`${found.expired} older ones were removed as they expired`);
    if (found.torn > 0) facts.push(`${found.torn} interrupted writes`);
    if (found.head !== null) facts.push(`last hash ${visible(found.head)}`);
    streams.out.write(`${paint.dim(facts.join(', '))}\n`);
  }
  return found.state === 'whole' || found.state === 'empty' ? 0 : 1;
}

function table(entries: readonly AuditEntry[], paint: Palette): string {
  if (entries.length === 0) return 'There are no such events.\n';
  const nameWidth = Math.min(30, Math.max(...entries.slice(-1000).map(({ token }) => token.length)));
  return entries
    .map((entry) => {
      const { time, action, token, origin, method, path, status, error, cause, detail, unusual } = entry;
      const where = [method, `${origin ?? ''}${path ?? ''}`]
        .filter((part) => part !== null && part !== '')
        .join(' ');
      const facts = [
        // The detail of a permission names its origin.
        visible(detail ?? where),
        status === null ? '' : String(status),
        error === null ? '' : paint.bad(visible(error)),
      ];
      const marks =
        unusual.length === 0 ? '' : `  ${paint.warn(`! ${unusual.join(', ').replaceAll('_', ' ')}`)}`;
      const head = `${paint.dim(formatLocal(new Date(time)))}  ${actionWords(action, error).padEnd(16)}  ${visible(token.padEnd(nameWidth))}`;
      const rest = facts.filter((fact) => fact !== '');
      return `${[head, ...rest].join('  ')}  ${paint.dim(visible(cause))}${marks}\n`;
    })
    .join('');
}

/** What failed did not happen, except for a use: the request may have reached the server. */
function actionWords(action: AuditEntry['action'], error: string | null): string {
  const done = error === null || !ATTEMPTS.has(action);
  return done ? action.replaceAll('_', ' ') : `not ${action}`;
}
