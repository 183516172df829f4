import type { AuditRecorder } from '../../base/auditEvent.ts';
import type { KeyValueStore } from '../../base/keyValue.ts';
import { shownAddress, shownAddresses, shownList, unshown } from '../../profile/shownOrigin.ts';
import type { SecretStore } from '../../base/secretStore.ts';
import { commandLine } from '../../consent/commandLine.ts';
import { createSourceConsent, type GrantConsent, type ConsentAsker } from '../../consent/sources.ts';
import { type ConsentQuestion, type ConsentSubject } from '../../consent/question.ts';
import { quoted, visible } from '../../base/visible.ts';
import { askInTurn } from './askInTurn.ts';
import { askLine } from './askLine.ts';
import { canAsk } from './secretPrompt.ts';
import { type Streams } from '../output/streams.ts';

/** Command lines that are allowed without a question, one a line, each exactly as the question shows it. */
const ALLOWED_COMMANDS = 'KEYTURN_ALLOW_COMMANDS';
/** Key files that are allowed without a question, one a line, each as the profile writes it. */
const ALLOWED_KEY_FILES = 'KEYTURN_ALLOW_KEY_FILES';
/** Names of tokens for which an exchange is allowed without a question, one a line. */
const ALLOWED_EXCHANGES = 'KEYTURN_ALLOW_EXCHANGES';
/** Servers that belong together, one line each: the page or issuer, then the servers that may get its secrets. */
const ALLOWED_RECEIVERS = 'KEYTURN_ALLOW_RECEIVERS';

/**
 * Asks at a terminal, and remembers the answer in the keychain: a program that wants to be allowed could change a file.
 * Without a terminal, environment variables hold the allowed command lines, key files, exchanges and receivers.
 */
export function createTerminalConsent(
  streams: Streams,
  keychain: SecretStore,
  say: (message: string, hint?: string) => void,
  audit: AuditRecorder,
): GrantConsent {
  const consent = createSourceConsent({
    audit,
    values: keychainValues(keychain),
    asker: terminalAsker(streams),
    given: (question) => {
      const given = givenBy(question);
      return given !== null && linesOf(streams.env[given.variable]).includes(given.line);
    },
    hint: (question) => {
      const given = givenBy(question);
      return given === null
        ? 'Allow it at a terminal. Keyturn keeps your answer in the keychain.'
        : `Allow it at a terminal, or set ${given.variable} to this line: ${given.line}`;
    },
    notKept: () => say('The keychain did not store your permission. Keyturn will ask again.'),
  });
  // The person who runs the command waits for its end.
  return {
    ...consent,
    require: (question, { signal }) => consent.require(question, { waiting: true, signal }),
  };
}

/** The variable and its line that allow this; null where only a person can. */
function givenBy({ tokenName, subject }: ConsentQuestion): { variable: string; line: string } | null {
  switch (subject.kind) {
    case 'command':
      return { variable: ALLOWED_COMMANDS, line: allowedLine(subject) };
    case 'key_file':
      return { variable: ALLOWED_KEY_FILES, line: subject.path };
    case 'exchange':
      return { variable: ALLOWED_EXCHANGES, line: tokenName };
    case 'sign_in':
    case 'new_receiver':
      return { variable: ALLOWED_RECEIVERS, line: [subject.at, ...subject.receivers].join(' ') };
    case 'keychain':
    case 'account':
      return null;
  }
}

/** File names in a line depend on the folder, so the line names the folder too. */
function allowedLine({
  command,
  folder,
  program,
  files,
}: Extract<ConsentSubject, { kind: 'command' }>): string {
  const line = commandLine(command);
  const [name = '', ...args] = command;
  const isFound = !/[\\/]/.test(name);
  const same = files.every(
    ({ path }) => path === name || (isFound && path === program) || args.some((arg) => arg.endsWith(path)),
  );
  return same ? line : `${line} in ${quoted(folder)}`;
}

function linesOf(text = ''): string[] {
  return text.split(/[\r\n]+/).map((line) => line.trim());
}

function terminalAsker(streams: Streams): ConsentAsker {
  return {
    async ask(question, signal) {
      if (!canAsk(streams)) return 'refuse';
      return askInTurn(streams, signal, () => askAt(streams, question, signal));
    },
  };
}

async function askAt(
  streams: Streams,
  question: ConsentQuestion,
  signal: AbortSignal,
): Promise<'once' | 'remember' | 'refuse'> {
  const say = (text: readonly string[]) => streams.err.write(`${text.map(visible).join('\n')}\n`);
  const rest = unshown(question.origins);
  const prompt = `Allow once (o), always (a), ${rest === null ? '' : 'list all origins (l), '}or not (n)? `;
  say(describe(question));
  const answer = await askLine(streams, prompt, signal, (typed) => {
    const list = rest !== null && /^l(ist)?$/i.test(typed.trim());
    if (list) say(rest.map((origin) => `  ${origin}`));
    return list;
  });
  return answer === null ? 'refuse' : meaning(answer);
}

function meaning(answer: string): 'once' | 'remember' | 'refuse' {
  switch (answer.trim().toLowerCase()) {
    case 'o':
    case 'once':
      return 'once';
    case 'a':
    case 'always':
      return 'remember';
    default:
      return 'refuse';
  }
}

function describe({ tokenName: name, subject, origins, declaredIn }: ConsentQuestion): string[] {
  const tokenName = visible(name);
  const where = [`  Allowed origins: ${shownAddresses(origins)}.`, `  Declared in ${quoted(declaredIn)}`];
  switch (subject.kind) {
    case 'command':
      return [
        `Token "${tokenName}" is the output of this command:`,
        `  ${commandLine(subject.command)}`,
        `  The program is ${quoted(subject.program)}.`,
        `  It runs in ${quoted(subject.folder)}, without a shell, with your permissions.`,
        ...(subject.files.length === 0
          ? []
          : [
              `  Keyturn asks again when one of these files changes: ${shownList(subject.files.map(({ path }) => quoted(path)))}.`,
              '  Keyturn does not watch other files that they use.',
            ]),
        ...where,
      ];
    case 'keychain':
      return [
        `Token "${tokenName}" is this keychain entry:`,
        `  ${quoted(subject.service)}${subject.account === null ? '' : ` of ${quoted(subject.account)}`}`,
        ...where,
      ];
    case 'account':
      return [`Token "${tokenName}" is the token of your ${quoted(subject.provider)} account.`, ...where];
    case 'key_file':
      return [
        `Keyturn obtains token "${tokenName}" with this key file:`,
        `  ${quoted(subject.path)}`,
        ...(subject.servers.length === 0 ? [] : [`  It signs for ${shownAddresses(subject.servers)}.`]),
        ...where,
      ];
    case 'sign_in':
      return [
        `Keyturn sends the secrets of token "${tokenName}" to ${subject.receivers.map(shownAddress).join(' and ')}.`,
        `  ${subject.hasPage ? 'You sign in at' : 'The issuer is'} ${shownAddress(subject.at)}.`,
        ...(subject.hasPage && subject.issuer !== null
          ? [`  The issuer is ${shownAddress(subject.issuer)}.`]
          : []),
        '  Allow this only if these servers belong together.',
        ...where,
      ];
    case 'new_receiver':
      return [
        `Keyturn is about to send the secrets of token "${tokenName}" to ${subject.receivers.map(shownAddress).join(' and ')}.`,
        `  Until now it sent them to ${subject.known.map(shownAddress).join(' and ')}.`,
        `  ${shownAddress(subject.at)} now names these servers.`,
        '  Allow this only if these servers belong together.',
        ...where,
      ];
    case 'exchange':
      return [
        `Keyturn exchanges token "${tokenName}" for ${shownList(subject.tokens.map(quoted))},`,
        '  whose allowed origins differ.',
        ...where,
      ];
  }
}

/** Small values in the keychain, beside the tokens. */
export function keychainValues(keychain: SecretStore): KeyValueStore {
  return {
    async get(key) {
      const value = await keychain.get(key);
      return value === null ? undefined : parseJson(value);
    },
    async set(key, value) {
      if (value === undefined) await keychain.delete(key);
      else await keychain.set(key, JSON.stringify(value));
    },
    keys: () => keychain.keys(),
  };
}

/** Undefined where the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
