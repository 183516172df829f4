import { KeyturnError } from '../../base/errors.ts';
import { definitionsIn } from './definitions.ts';
import { inlineQuestion, promptsIn, type ValueQuestion } from './questions.ts';
import { splitTemplate } from './template.ts';
import type { BodyNode, HttpFile, RequestNode } from '../parse/tree.ts';

/**
 * What a request asks the person for, as far as its file tells: its prompts that it uses, and the questions in its texts
 * and in the variables that these use. Not what stands in the files of its body.
 */
export function questionsOf(
  tree: HttpFile,
  node: RequestNode,
  answered: Readonly<Record<string, string>>,
): ValueQuestion[] {
  const prompts = new Map(promptsIn(node.metadata).map((question) => [question.name, question]));
  const definitions = definitionsIn(tree);
  const asked = new Map<string, ValueQuestion>();
  const seen = new Set<string>();
  const texts = textsOf(node);
  for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
    if (!text.includes('{{')) continue;
    for (const part of splitTemplate(text)) {
      const name = part.kind === 'expression' ? part.text.replace(/^%/, '').trim() : '';
      if (name === '' || seen.has(name)) continue;
      seen.add(name);
      if (Object.hasOwn(answered, name)) continue;
      const question = prompts.get(name) ?? inlineOrNull(name);
      if (question === null) texts.push(...(definitions.get(name) ?? []).map(({ value }) => value));
      else if (!Object.hasOwn(answered, question.name)) asked.set(question.name, question);
    }
  }
  return [...asked.values()];
}

function textsOf({ url, headers, body }: RequestNode): string[] {
  return [url, ...headers.flatMap(({ name, value }) => [name, value]), ...bodyTexts(body)];
}

function bodyTexts(body: BodyNode): string[] {
  if (body.kind === 'none') return [];
  return [body.kind === 'file' ? body.path : body.text];
}

/** One that cannot be read fails when the request is sent. */
function inlineOrNull(expression: string): ValueQuestion | null {
  try {
    return inlineQuestion(expression);
  } catch (error) {
    if (KeyturnError.is(error)) return null;
    throw error;
  }
}
