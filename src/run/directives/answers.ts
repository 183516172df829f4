import { KeyturnError } from '../../base/errors.ts';
import type { ValueQuestion } from '../../httpfile/resolve/questions.ts';
import type { Redactor } from '../../redaction/redactor.ts';
import type { Asker, RunInput } from '../engine.ts';

export interface AnswerParts {
  readonly asker: Pick<Asker, 'value'>;
  readonly redactor: Pick<Redactor, 'registerKept'>;
}

/** What the person answers to the questions of one request: each is asked once, also when the request is sent again. */
export class Answers {
  readonly #parts: AnswerParts;
  readonly #input: Pick<RunInput, 'node' | 'answers'>;
  readonly #signal: AbortSignal | undefined;
  readonly #given = new Map<string, Promise<string>>();
  /** One question at a time: a person cannot read two. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    parts: AnswerParts,
    input: Pick<RunInput, 'node' | 'answers'>,
    signal: AbortSignal | undefined,
  ) {
    this.#parts = parts;
    this.#input = input;
    this.#signal = signal;
  }

  /** Fails with `cancelled` where the person gives no answer, and like the asker. A secret answer is masked from then on. */
  ask(question: ValueQuestion): Promise<string> {
    const known = this.#given.get(question.name) ?? this.#remembered(question);
    if (known !== undefined) return known;
    const given = this.#last.then(() => this.#ask(question));
    this.#given.set(question.name, given);
    this.#last = given.catch(() => undefined);
    const { answers } = this.#input;
    if (question.once && answers !== undefined) {
      answers.set(question.name, given);
      given.catch(() => answers.delete(question.name));
    }
    return given;
  }

  #remembered({ name, once }: ValueQuestion): Promise<string> | undefined {
    return once ? this.#input.answers?.get(name) : undefined;
  }

  async #ask(question: ValueQuestion): Promise<string> {
    const { asker, redactor } = this.#parts;
    const answer = await asker.value(question, this.#input.node.line, this.#signal);
    if (answer === null) {
      throw new KeyturnError('cancelled', 'The request was not sent: it needs an answer.');
    }
    if (question.masked) redactor.registerKept(answer, question.name);
    return answer;
  }
}
