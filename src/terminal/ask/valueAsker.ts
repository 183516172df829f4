import { visible } from '../../base/visible.ts';
import { inputNeeded, type ValueQuestion } from '../../httpfile/resolve/questions.ts';
import type { Asker } from '../../run/engine.ts';
import { askInTurn } from './askInTurn.ts';
import { askLine } from './askLine.ts';
import { canAsk, readSecret } from './secretPrompt.ts';
import type { Streams } from '../output/streams.ts';

/**
 * Asks at a terminal for a value of a request (`# @prompt`, `{{$input …}}`): a secret without an echo, one of several
 * choices by its number. Without a terminal it fails with `input_needed`.
 */
export function createValueAsker(streams: Streams, signal: AbortSignal): Asker['value'] {
  return (question, line) => {
    if (!canAsk(streams)) return Promise.reject(inputNeeded(question.name, line));
    return askInTurn(streams, signal, () => {
      const { name, description, masked, choices, initial } = question;
      const label = visible(description === '' ? name : `${description} (${name})`);
      if (choices.length > 0) return choice(streams, label, choices, signal);
      if (masked) return readSecret(streams, `${label}: `, signal);
      return text(streams, label, initial, signal);
    });
  };
}

async function text(
  streams: Streams,
  label: string,
  initial: string,
  signal: AbortSignal,
): Promise<string | null> {
  const proposed = initial === '' ? '' : ` [${visible(initial)}]`;
  const answer = await askLine(streams, `${label}${proposed}: `, signal);
  return answer === '' ? initial : answer;
}

async function choice(
  streams: Streams,
  label: string,
  choices: ValueQuestion['choices'],
  signal: AbortSignal,
): Promise<string | null> {
  const rows = choices.map((each, index) => `${String(index + 1).padStart(4)}  ${visible(each)}\n`);
  streams.err.write(`${label}\n${rows.join('')}`);
  const chosen = (answer: string) =>
    choices[Number(answer.trim()) - 1] ?? choices.find((each) => each === answer.trim());
  const answer = await askLine(
    streams,
    `Number (1 to ${choices.length}): `,
    signal,
    (answer) => chosen(answer) === undefined,
  );
  return answer === null ? null : (chosen(answer) ?? null);
}
