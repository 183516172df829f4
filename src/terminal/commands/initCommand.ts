import { grantOf } from '../../profile/grants/all.ts';
import { lstat, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { visible } from '../../base/visible.ts';
import { PROFILE_FILE_NAME } from '../../profile/name.ts';
import { askLine } from '../ask/askLine.ts';
import { canAsk } from '../ask/secretPrompt.ts';
import { parseArguments, type Command } from '../command.ts';
import type { Streams } from '../output/streams.ts';
import { isRequestFileName } from '../session/requestFileName.ts';
import {
  addressFault,
  grantWords,
  INIT_GRANTS,
  type InitAnswers,
  type InitGrant,
  nextSteps,
  profileFileText,
  requestFileText,
  tokenNameFault,
} from './initFiles.ts';

const options = {
  api: { type: 'string' },
  token: { type: 'string' },
  grant: { type: 'string' },
  issuer: { type: 'string' },
  'client-id': { type: 'string' },
  scope: { type: 'string' },
  file: { type: 'string' },
} as const;

export const initCommand: Command = {
  options,
  help: `Usage: keyturn init [options]

Writes a keyturn.json with one token and a first request file into this folder. It asks at a terminal; in a
script the options answer. It never overwrites a file.

  --api URL          the API that requests go to, such as https://api.example.com
  --token NAME       name of the token (default "api")
  --grant GRANT      how you get the token: ${INIT_GRANTS.join(', ')}
                     (default static: you paste it)
  --issuer URL       the authorization server; not for static
  --client-id ID     your client at that server; not for static
  --scope SCOPES     scopes to request, separated by spaces
  --file FILE        name of the request file (default requests.http)

Exit codes: 0 written, 1 a file could not be written, 2 wrong use, an answer is missing or a file exists.
`,
  async run(args, streams, signal) {
    const { values, positionals } = parseArguments(args, options);
    if (positionals.length > 0) throw new KeyturnError('usage', '`keyturn init` takes only options.');
    const file = values.file ?? 'requests.http';
    if (!isRequestFileName(file)) {
      throw new KeyturnError('usage', '`--file` takes a name that ends in .http or .rest.');
    }
    const requests = resolve(streams.cwd, file);
    const profiles = join(dirname(requests), PROFILE_FILE_NAME);
    for (const path of [profiles, requests]) await requireMissing(path);
    const answers = await complete(values, new Questions(streams, signal));
    const texts = [profileFileText(answers), requestFileText(answers)] as const;
    await write(profiles, texts[0]);
    await write(requests, texts[1]).catch(async (error: unknown) => {
      await rm(profiles, { force: true });
      throw error;
    });
    const steps = nextSteps(answers, file).map((step) => `  ${visible(step)}\n`);
    streams.err.write(`Keyturn wrote ${PROFILE_FILE_NAME} and ${visible(file)}. Next:\n\n${steps.join('')}`);
    return 0;
  },
};

type Values = { readonly [name in keyof typeof options]?: string | undefined };

async function complete(values: Values, questions: Questions): Promise<InitAnswers> {
  const api = await questions.answer(
    'api',
    values.api,
    'API that requests go to, such as https://api.example.com',
    {
      fault: addressFault,
    },
  );
  const token = await questions.answer('token', values.token, 'Name of the token', {
    fault: tokenNameFault,
    otherwise: 'api',
  });
  const ways = INIT_GRANTS.map((grant) => `  ${grant.padEnd(20)}${grantWords[grant]}\n`).join('');
  const grant = await questions.answer('grant', values.grant, `How do you get the token?\n${ways}Grant`, {
    fault: (text) => (initGrant(text) === null ? `The grant is one of ${INIT_GRANTS.join(', ')}.` : null),
    otherwise: 'static',
  });
  const own = { api, token, grant: initGrant(grant) ?? 'static', issuer: null, clientId: null, scope: null };
  if (grantOf(own.grant).pasted === 'token') {
    for (const name of ['issuer', 'client-id', 'scope'] as const) {
      if (values[name] !== undefined) {
        throw new KeyturnError('usage', `\`--${name}\` goes with another \`--grant\` than static.`);
      }
    }
    return own;
  }
  const issuer = await questions.answer(
    'issuer',
    values.issuer,
    'Address of the authorization server (issuer)',
    {
      fault: addressFault,
    },
  );
  const clientId = await questions.answer('client-id', values['client-id'], 'Client id');
  const scope = await questions.answer('scope', values.scope, 'Scopes, separated by spaces', {
    otherwise: '',
  });
  return { ...own, issuer, clientId, scope: scope === '' ? null : scope };
}

function initGrant(text: string): InitGrant | null {
  return INIT_GRANTS.find((one) => one === text) ?? null;
}

interface Wanted {
  readonly fault?: (text: string) => string | null;
  /** The answer of a person who only presses Enter, and of a script that gives none. */
  readonly otherwise?: string;
}

/** Answers from options, else from the person at the terminal. */
class Questions {
  readonly #streams: Streams;
  readonly #signal: AbortSignal;

  constructor(streams: Streams, signal: AbortSignal) {
    this.#streams = streams;
    this.#signal = signal;
  }

  /** Fails with `usage` for an option that is wrong, or missing where Keyturn can't ask. */
  async answer(
    option: keyof typeof options,
    given: string | undefined,
    question: string,
    { fault = () => null, otherwise }: Wanted = {},
  ): Promise<string> {
    if (given !== undefined) {
      const wrong = given === '' ? 'It is empty.' : fault(given);
      if (wrong !== null) throw new KeyturnError('usage', `\`--${option}\` is not valid. ${wrong}`);
      return given;
    }
    if (!canAsk(this.#streams)) {
      if (otherwise !== undefined) return otherwise;
      throw new KeyturnError('usage', `\`--${option}\` is missing.`, {
        hint: 'Keyturn asks only at a terminal. See `keyturn init --help`.',
      });
    }
    const shown = otherwise === undefined || otherwise === '' ? '' : ` [${otherwise}]`;
    const text = await askLine(this.#streams, `${question}${shown}: `, this.#signal, (typed) => {
      const wrong = faultOf(typed.trim(), otherwise, fault);
      if (wrong !== null) this.#streams.err.write(`${wrong}\n`);
      return wrong !== null;
    });
    if (text === null) throw new KeyturnError('cancelled', 'Cancelled.');
    return text.trim() === '' ? (otherwise ?? '') : text.trim();
  }
}

function faultOf(text: string, otherwise: string | undefined, fault: (text: string) => string | null) {
  if (text !== '') return fault(text);
  return otherwise === undefined ? 'An answer is needed.' : null;
}

async function requireMissing(path: string): Promise<void> {
  const exists = await lstat(path).then(
    () => true,
    () => false,
  );
  if (exists) throw isThere(path);
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw isThere(path);
    throw new KeyturnError('file_unreadable', `Keyturn couldn't write ${path}.`, {
      cause,
      hint: 'Check that the folder exists and that you may write to it.',
    });
  }
}

function isThere(path: string): KeyturnError {
  return new KeyturnError('usage', `${path} exists already.`, {
    hint: '`keyturn init` never overwrites a file: start in another folder, or choose another `--file`.',
  });
}
