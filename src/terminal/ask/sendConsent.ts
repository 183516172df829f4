import { KeyturnError } from '../../base/errors.ts';
import type { Asker } from '../../run/engine.ts';
import { visible } from '../../base/visible.ts';
import { askInTurn } from './askInTurn.ts';
import { askLine } from './askLine.ts';
import { canAsk } from './secretPrompt.ts';
import type { Streams } from '../output/streams.ts';

/**
 * Asks at a terminal before it sends a request with a `# @note`. Without a terminal it fails with `confirmation_needed`;
 * `--yes` confirms all of them.
 */
export function createSendAsker(streams: Streams, signal: AbortSignal): Asker['confirmSend'] {
  return async ({ note, method, url, name, line }) => {
    if (!canAsk(streams)) {
      throw new KeyturnError(
        'confirmation_needed',
        `The request on line ${line + 1} needs a confirmation: it has a \`# @note\`.`,
        { hint: 'Add --yes to send it without a question.' },
      );
    }
    return askInTurn(streams, signal, async () => {
      const label = name === null ? '' : `  # ${name}`;
      if (note !== '') streams.err.write(`${visible(note)}\n`);
      const answer = await askLine(streams, `Send ${visible(`${method} ${url}${label}`)}? (y/n) `, signal);
      return /^y(?:es)?$/i.test((answer ?? '').trim());
    });
  };
}
