import { KeyturnError } from '../base/errors.ts';
import { requireRunnable } from '../httpfile/marks/runnable.ts';
import { disabledBy, noteOf } from '../httpfile/marks/stops.ts';
import { maskedWrittenUrl } from '../redaction/maskedText.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { withoutCredentials } from '../redaction/withoutCredentials.ts';
import type { Asker, RunInput } from './engine.ts';

export interface SendCheckParts {
  readonly asker: Pick<Asker, 'confirmSend'>;
  readonly redactor: Pick<Redactor, 'mask'>;
}

/**
 * What the file says about whether a request is sent at all, before anything is obtained for it. Fails with
 * `request_disabled`, like `requireRunnable`, with `confirmation_needed` where the request obtains a token and has a
 * `# @note`, and with `cancelled` or as the asker does where the person does not confirm
 * a `# @note`.
 */
export async function requireConsentToSend(
  { asker, redactor }: SendCheckParts,
  { tree, node, confirmed, obtains }: RunInput,
  signal: AbortSignal | undefined,
  runsScripts: boolean,
): Promise<void> {
  const disabled = disabledBy(tree, node);
  if (disabled?.value === '') {
    const line = disabled.span.start.line + 1;
    throw new KeyturnError(
      'request_disabled',
      `This request is disabled by \`# @disabled\` on line ${line}.`,
      {
        hint: 'Remove that line to send it.',
        data: { line },
      },
    );
  }
  requireRunnable(tree, node, runsScripts);
  const note = noteOf(tree, node);
  if (note === null || confirmed) return;
  if (obtains !== undefined) {
    throw new KeyturnError(
      'confirmation_needed',
      `Keyturn doesn't send a request with a \`# @note\` to obtain a token (line ${note.span.start.line + 1}).`,
      { hint: 'Remove the note.', data: { line: note.span.start.line + 1 } },
    );
  }
  const question = {
    note: redactor.mask(withoutCredentials(note.value)),
    method: node.method,
    url: redactor.mask(maskedWrittenUrl(node.url)),
    name: node.name === null ? null : redactor.mask(withoutCredentials(node.name)),
    line: node.line,
  };
  if (await asker.confirmSend(question, signal)) return;
  throw new KeyturnError('cancelled', 'The request was not sent.');
}
