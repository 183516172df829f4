import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Answers } from '../../../src/run/directives/answers.ts';
import { KeyturnError } from '../../../src/base/errors.ts';
import { parseHttpFile } from '../../../src/httpfile/parse/parse.ts';
import type { ValueQuestion } from '../../../src/httpfile/resolve/questions.ts';
import { questionsOf } from '../../../src/httpfile/resolve/questionsOf.ts';
import { onCleanup } from '../../http/support.ts';
import { engineOver, type EngineSetup } from '../support.ts';

/** A server that tells what arrives, and an engine whose person answers with `answers`, by what is asked. */
async function asking(answers: Readonly<Record<string, string | null>>, setup: Partial<EngineSetup> = {}) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push(
        `${request.url ?? ''} ${request.headers['x-key']?.toString() ?? ''} ${Buffer.concat(chunks).toString()}`.trim(),
      );
      response.end(seen.at(-1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onCleanup(() => {
    server.closeAllConnections();
    server.close();
  });
  const questions: ValueQuestion[] = [];
  const engine = engineOver({
    profiles: [],
    value(question) {
      questions.push(question);
      return Promise.resolve(answers[question.name] ?? null);
    },
    ...setup,
  });
  return { ...engine, questions, seen, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('a request that asks for values', () => {
  it('asks for each of its prompts that it uses, once, in any place', async () => {
    const { run, questions, seen, origin } = await asking({ user: 'zoe' });
    const text = `@path = {{user}}/{{user}}\n# @prompt user Who?\n# @prompt unused\nPOST ${origin}/{{path}}\nX-Key: {{user}}\n\n{{user}}`;
    expect((await run(text)).error).toBeNull();
    expect(seen).toEqual(['/zoe/zoe zoe zoe']);
    expect(questions).toEqual([
      { name: 'user', description: 'Who?', masked: false, choices: [], initial: '', once: false },
    ]);
  });

  it('prefers the answer to variables of the file, and --var to the answer', async () => {
    const { run, seen, questions, origin } = await asking({ user: 'asked' });
    const text = `@user = file\n// @prompt user\nGET ${origin}/{{user}}`;
    await run(text);
    await run(text, { overrides: { user: 'given' } });
    expect(seen).toEqual(['/asked', '/given']);
    expect(questions).toHaveLength(1);
  });

  it('sends nothing when the person cancels', async () => {
    const { run, seen, origin } = await asking({});
    expect((await run(`# @prompt user\nGET ${origin}/{{user}}`)).error).toMatchObject({
      code: 'cancelled',
      message: 'The request was not sent: it needs an answer.',
    });
    expect(seen).toEqual([]);
  });

  it("asks httpyac's $input, $prompt, $password and $pick, with what the file proposes", async () => {
    const { run, seen, questions, origin } = await asking({
      'Your name?': 'zoe',
      Age: '7',
      'One of': 'b',
      Code: 'hunter2hunter2',
    });
    const text = `@name = {{$input Your name? $value: me}}\nGET ${origin}/{{name}}/{{$prompt Age}}/{{$pick One of $value: a, b}}\nX-Key: {{$password Code}}`;
    const result = await run(text, { dialect: 'httpyac' });
    expect(seen).toEqual(['/zoe/7/b hunter2hunter2']);
    expect(questions.map(({ name, masked, choices, initial }) => [name, masked, choices, initial])).toEqual([
      ['Code', true, [], ''],
      ['Your name?', false, [], 'me'],
      ['Age', false, [], ''],
      ['One of', false, ['a', 'b'], ''],
    ]);
    expect(result.request?.headers).toContainEqual(['X-Key', '•••Code•••']);
  });

  it.each(['# @secret key', '# @prompt apiToken', '# @prompt PASSWORD'])(
    '%s: the answer is a secret, which is masked everywhere',
    async (line) => {
      const name = line.split(' ').at(-1) ?? '';
      const { run, questions, redactor, seen, origin } = await asking({ [name]: 'hunter2-hunter2' });
      const result = await run(`${line}\nGET ${origin}/a?q={{${name}}}`);
      expect(questions[0]?.masked).toBe(true);
      expect(seen).toEqual(['/a?q=hunter2-hunter2']);
      expect(result.request?.url).toBe(`${origin}/a?q=•••${name}•••`);
      expect(redactor.mask('hunter2-hunter2')).toBe(`•••${name}•••`);
    },
  );

  it('refuses a secret answer in a host', async () => {
    const { run } = await asking({ key: 'hunter2.example.com' });
    expect((await run('# @secret key\nGET https://{{key}}/')).error).not.toBeNull();
  });

  it('asks for -askonce once in a session, and again after a cancelled question', async () => {
    const given: Record<string, string | null> = { App: null };
    const { run, seen, questions, origin } = await asking(given);
    const answers = new Map<string, Promise<string>>();
    const text = `GET ${origin}/{{$input-askonce App}}`;
    expect((await run(text, { dialect: 'httpyac', answers })).error?.code).toBe('cancelled');
    given['App'] = 'x';
    await run(text, { dialect: 'httpyac', answers });
    await run(text, { dialect: 'httpyac', answers });
    expect(seen).toEqual(['/x', '/x']);
    expect(questions).toHaveLength(2);
  });

  it('asks one question at a time', async () => {
    let open = 0;
    let most = 0;
    const answers = new Answers(
      {
        redactor: { registerKept: () => undefined },
        asker: {
          async value({ name }) {
            most = Math.max(most, ++open);
            await Promise.resolve();
            open--;
            return name;
          },
        },
      },
      { node: parseHttpFile('GET https://a.org').requests[0]! },
      undefined,
    );
    const question = { description: '', masked: false, choices: [], initial: '', once: false };
    const all = ['a', 'b', 'a'].map((name) => answers.ask({ ...question, name }));
    expect(await Promise.all(all)).toEqual(['a', 'b', 'a']);
    expect(most).toBe(1);
  });

  it('fails as the asker does where nobody can be asked', async () => {
    const { run, seen, origin } = await asking(
      {},
      { value: () => Promise.reject(new KeyturnError('input_needed', 'Nobody is here.')) },
    );
    expect((await run(`# @prompt a\nGET ${origin}/{{a}}`)).error?.code).toBe('input_needed');
    expect(seen).toEqual([]);
  });
});

describe('what a request asks for', () => {
  const names = (text: string, answered: Record<string, string> = {}) => {
    const tree = parseHttpFile(text, { dialect: 'httpyac' });
    return questionsOf(tree, tree.requests.at(-1)!, answered).map(({ name }) => name);
  };

  it('is told by its own texts, and by the variables that they use', () => {
    const text =
      '@a = {{b}}\n@b = {{$input B}}\n@c = {{$input C}}\n###\n# @prompt d\n# @prompt e\nPOST https://{{a}}/{{d}}\nA: {{$pick F $value: x,y}}\n\n{{$password G}}';
    expect(names(text).sort()).toEqual(['B', 'F', 'G', 'd']);
    expect(names(text, { d: '', B: '', G: '', F: '' })).toEqual([]);
    expect(names(text, { a: '' })).not.toContain('B');
  });

  it('ends where variables refer to one another', () => {
    expect(names('@a = {{b}}\n@b = {{a}}\n###\nGET https://a.org/{{a}}/{{$input}}')).toEqual([]);
  });
});
