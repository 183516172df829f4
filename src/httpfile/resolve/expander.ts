import { KeyturnError } from '../../base/errors.ts';
import { isSecretVariableName } from '../../redaction/credentialNames.ts';
import { isSecretVariable } from '../../base/secretVariables.ts';
import { untrusted } from '../../base/untrusted.ts';
import { Budget } from './budget.ts';
import { definitionsIn } from './definitions.ts';
import { type Dotenv, findDotenv } from '../environments/environments.ts';
import { dynamicValue, splitCall } from '../systemVariables/dynamicVariables.ts';
import type { TokenSource } from '../earlier/exchange.ts';
import { earlierValue } from './earlierValue.ts';
import { ForeignExpander, type ForeignValue } from './foreignExpander.ts';
import { foreignExpression, type OAuthFlowHeader, type RequestTarget } from './foreignToken.ts';
import {
  missingDotenvVariable,
  missingProcessVariable,
  missingVariable,
  type OutsideName,
} from './missingVariable.ts';
import { inlineQuestion, inputNeeded, promptOf, type ValueQuestion } from './questions.ts';
import type { ResolveContext, TokenValue } from './resolveContext.ts';
import { pathOf } from './pathOf.ts';
import { quotedCode, quotedPart } from './quotedPart.ts';
import { rulesOf } from '../parse/rules.ts';
import { type ScriptedValue, scriptedText, scriptedVariable } from './scripted.ts';
import { secretVariable } from '../environments/secretVariable.ts';
import { splitTemplate, tokenNameOf } from './template.ts';
import { type SecretOrigin, Traced } from './traced.ts';
import type { VariableNode } from '../parse/tree.ts';
import { losesBackslash, lostBackslash, variableText } from '../parse/variableLine.ts';
import type { Site, Written } from './site.ts';

/** Variables that hold variables that hold variables …: deeper is a mistake, or an attack. */
const deepest = 100;

/** Shorter values of variables are too common to be looked for in other texts. */
const shortestSecret = 8;

/** Replaces `{{ }}` by values, each variable worked out once for the whole request. */
export class Expander {
  /** Every text that was made from a secret so far, in each of its spellings. */
  readonly tokenValues: TokenValue[] = [];
  readonly budget = new Budget();
  /** What the person should know of the values: sentences. */
  readonly notes = new Set<string>();
  /** How many of the texts that were given as plain text hold a secret, and the last of these secrets. */
  secretTexts = 0;
  lastSecret: SecretOrigin | null = null;
  /** Of the tokens in the texts that earlier requests brought or sent. */
  readonly tokenSources = new Set<TokenSource>();
  readonly #noted = new Set<string>();
  readonly #context: ResolveContext;
  readonly #foreign: ForeignExpander;
  readonly #definitions: ReadonlyMap<string, readonly VariableNode[]>;
  readonly #values = new Map<string, Promise<Traced>>();
  readonly #nowMs: number;
  #dotenv: Promise<Dotenv> | null = null;

  /** `target` says where the request goes, for tokens that are bound to it. */
  constructor(context: ResolveContext, target: () => Promise<RequestTarget>) {
    this.#context = context;
    this.#foreign = new ForeignExpander(context.foreign, target, {
      expand: (raw, site) => this.#expand(raw, site),
      named: (name, site) => this.#named(name, site),
      names: () => this.#names(),
    });
    this.#nowMs = context.clock.now();
    this.#definitions = definitionsIn(context.tree);
  }

  /** The text with its variables replaced; `line` (from 0) is that of its first character. */
  expand(raw: string, line: number): Promise<string> {
    return this.expandWritten(this.written(raw, line));
  }

  /** A text of the request; `line` (from 0) is that of its first character. */
  written(text: string, line: number): Written {
    return { text, site: { line, path: [], seenUpTo: this.#context.node.blockEndLine } };
  }

  /** A value that stays as it is. */
  done(value: Traced): Written {
    return { ...this.written(value.text, 0), done: value };
  }

  async expandWritten(written: Written): Promise<string> {
    return this.#given(await this.trace(written));
  }

  /** The same, telling what of it is secret. */
  async trace({ text, site, done, secret }: Written): Promise<Traced> {
    const value = done === undefined ? await this.#expand(text, site) : done.partWith(text);
    return secret === undefined ? value : this.#marked(secret, value);
  }

  #given(value: Traced): string {
    const [origin] = value.origins;
    if (origin !== undefined) {
      this.secretTexts++;
      this.lastSecret = origin;
    }
    return value.text;
  }

  /**
   * What the variable says that a text is and nothing else (`{{name}}`), before the variables in there are replaced;
   * the text itself where it is more than that, or the value is made elsewhere.
   */
  unwrap(written: Written): Written {
    let held = written;
    for (;;) {
      const [part, ...others] = held.done === undefined ? splitTemplate(held.text.trim()) : [];
      if (part?.kind !== 'expression' || others.length > 0) return held;
      const inner = this.#held(part.text, held.site);
      if (inner === null) return held;
      const secret = held.secret ?? (isSecret(part.text) ? part.text : undefined);
      held = secret === undefined ? inner : { ...inner, secret };
    }
  }

  /** The text of a variable of file or environment; null where the name means something else, or a circle. */
  #held(name: string, site: Site): Written | null {
    const { overrides, environment } = this.#context;
    if (this.#prompt(name) !== null) return null;
    if (Object.hasOwn(overrides, name) || site.path.includes(name) || site.path.length >= deepest)
      return null;
    if (scriptedVariable(this.#context.scripted, name) !== null) return null;
    const definition = this.#definition(name, site);
    if (definition !== null) return this.#inDefinition(definition, site);
    const text = environment.get(name);
    return text === undefined ? null : { text, site: { ...site, path: [...site.path, name] } };
  }

  #inDefinition(definition: VariableNode, site: Site): Written {
    const { dialect } = this.#context.tree;
    const { line } = definition.span.start;
    const seenUpTo = dialect === 'httpyac' && definition.lazy !== true ? line : site.seenUpTo;
    if (losesBackslash(definition.value, dialect)) this.notes.add(lostBackslash(definition));
    const text = variableText(definition.value, dialect);
    return { text, site: { line, path: [...site.path, definition.name], seenUpTo } };
  }

  /** The value of a variable of file or environment; null when there is none. */
  async lookup(name: string, line: number): Promise<Traced | null> {
    return this.#named(name, { line, path: [], seenUpTo: this.#context.node.blockEndLine });
  }

  /** The token of httpyac's `Authorization: oauth2 …`, from the variables that describe it. */
  async flowToken(flow: OAuthFlowHeader, line: number): Promise<string> {
    const site = { line, path: [], seenUpTo: this.#context.node.blockEndLine };
    return this.#given(this.#kept(await this.#foreign.flow(flow, site)));
  }

  async #expand(raw: string, site: Site): Promise<Traced> {
    if (!raw.includes('{{')) {
      this.budget.spendText(raw.length);
      return this.#literal(raw);
    }
    const pieces: Traced[] = [];
    let line = site.line;
    for (const part of splitTemplate(raw)) {
      const piece =
        part.kind === 'literal'
          ? this.#literal(part.text)
          : await this.#evaluate(part.text, { ...site, line });
      if (part.kind === 'literal' && site.path.length === 0) line += countLines(part.text);
      this.budget.spendText(piece.length);
      pieces.push(piece);
    }
    return Traced.join(pieces);
  }

  /** httpyac escapes braces as `\{\{`. */
  #literal(text: string): Traced {
    if (this.#context.tree.dialect !== 'httpyac') return Traced.plain(text);
    return Traced.plain(text.replaceAll('\\{\\{', '{{').replaceAll('\\}\\}', '}}'));
  }

  async #evaluate(expression: string, site: Site): Promise<Traced> {
    const encoded = expression.startsWith('%') && this.#context.tree.dialect === 'rest-client';
    const name = encoded ? expression.slice(1).trim() : expression;
    const value = name.startsWith('$')
      ? await this.#dynamic(name, site)
      : ((await this.#named(name, site)) ??
        (await this.#earlier(name, site)) ??
        (await this.#computed(name, site)));
    if (value === null) throw this.#missing(name, site);
    return encoded ? this.#note(value.percentEncoded()) : value;
  }

  async #named(name: string, site: Site): Promise<Traced | null> {
    const prompt = this.#prompt(name);
    if (prompt !== null) return this.#asked(prompt);
    const value = await this.#valueOf(name, site);
    return value !== null && isSecret(name) ? this.#marked(name, value) : value;
  }

  async #earlier(expression: string, site: Site): Promise<Traced | null> {
    const found = await earlierValue(this.#context, expression, site.line);
    if (found === null) return null;
    for (const source of found.sources) this.tokenSources.add(source);
    return this.#note(found.value);
  }

  /** What a script set is as secret as what the script saw. */
  #scripted(value: ScriptedValue): Traced {
    for (const source of value.sources) this.tokenSources.add(source);
    return this.#note(scriptedText(value));
  }

  /** An expression of httpyac, which sees the variables that stand in it. */
  async #computed(expression: string, site: Site): Promise<Traced | null> {
    const { scripted, tree } = this.#context;
    if (scripted === undefined || tree.dialect !== 'httpyac' || /^[\w-]+$/.test(expression)) return null;
    const known = new Map<string, Traced>();
    for (const [name] of expression.matchAll(/[A-Za-z_$][\w$]*/g)) {
      const value = known.has(name) ? null : await this.#named(name, site);
      if (value !== null) known.set(name, value);
    }
    return this.#scripted(await scripted.evaluate(expression, site.line, known));
  }

  async #valueOf(name: string, site: Site): Promise<Traced | null> {
    const { overrides, tree } = this.#context;
    if (Object.hasOwn(overrides, name)) return Traced.plain(overrides[name] ?? '');
    const scripted = scriptedVariable(this.#context.scripted, name);
    if (scripted !== null) return this.#scripted(scripted);
    if (site.path.includes(name)) throw cycle(name, site);
    if (site.path.length >= deepest) {
      throw new KeyturnError('variable_invalid', `Variables refer to one another more than ${deepest} deep.`);
    }
    const definition = this.#definition(name, site);
    const held = this.#held(name, site);
    if (held !== null) {
      const key = definition === null ? 'environment' : `file ${definition.span.start.line}`;
      return this.#once(`${key} ${name}`, () => this.trace(held));
    }
    return tree.dialect === 'httpyac' ? plainOrNull((await this.#readDotenv()).values.get(name)) : null;
  }

  #prompt(name: string): ValueQuestion | null {
    return promptOf(this.#context.node.metadata, name);
  }

  /** What the person answers, or `--var` instead. */
  #asked(question: ValueQuestion): Promise<Traced> {
    const { name, masked } = question;
    const { overrides, ask } = this.#context;
    return this.#once(`asked ${name}`, async () => {
      const given = Object.hasOwn(overrides, name) ? overrides[name] : await ask?.(question);
      if (given === undefined) throw inputNeeded(name, this.#context.node.line);
      const value = Traced.plain(given);
      return masked ? this.#marked(name, value) : value;
    });
  }

  /** All of what a variable of such a name holds is a secret, unless it holds one already. */
  #marked(name: string, value: Traced): Traced {
    return value.isSecret ? value : this.#note(value.marked({ kind: 'secret', name }));
  }

  /** From now on these spellings are known. */
  #note(value: Traced): Traced {
    for (const { text, origin } of value.secrets) {
      if (this.#noted.has(text) || (origin.kind === 'secret' && text.length < shortestSecret)) continue;
      this.#noted.add(text);
      this.tokenValues.push({ tokenName: origin.name, value: text });
    }
    return value;
  }

  #once(key: string, work: () => Promise<Traced>): Promise<Traced> {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = work();
    this.#values.set(key, value);
    return value;
  }

  #definition(name: string, site: Site): VariableNode | null {
    const definitions = this.#definitions.get(name);
    const first = definitions?.[0];
    if (definitions === undefined || first === undefined) return null;
    if (rulesOf[this.#context.tree.dialect].variableScope === 'file') return definitions.at(-1) ?? null;
    return definitions.findLast(({ span }) => span.start.line <= site.seenUpTo) ?? first;
  }

  async #dynamic(expression: string, site: Site): Promise<Traced | null> {
    const { overrides } = this.#context;
    // `$index` of a loop.
    if (Object.hasOwn(overrides, expression)) return Traced.plain(overrides[expression] ?? '');
    const tokenName = tokenNameOf(expression);
    if (tokenName !== null) return this.#token(tokenName, site);
    const question = inlineQuestion(expression);
    if (question !== null) return this.#asked(question);
    if (expression === '$refreshToken') return this.#refreshToken(site);
    const foreign = foreignExpression(expression);
    if (foreign !== null) {
      if (site.path.includes(expression)) throw cycle(expression, site);
      const inner = { ...site, path: [...site.path, expression] };
      return this.#once(`foreign ${expression}`, async () =>
        this.#kept(await this.#foreign.value(foreign, inner)),
      );
    }
    const { tree, generate } = this.#context;
    const make = () => dynamicValue(expression, { nowMs: this.#nowMs, dialect: tree.dialect });
    const made = generate === undefined ? make() : generate(expression, make);
    if (made !== null) return Traced.plain(made);
    const { name, args } = splitCall(expression);
    const [argument = ''] = args;
    if (name === '$processEnv') return this.#processEnv(await this.#indirect(argument, site), site);
    if (name.startsWith('$env.')) return this.#processEnv({ name: name.slice('$env.'.length) }, site);
    if (name === '$dotenv') return this.#dotenvValue(await this.#indirect(argument, site), site);
    if (name === '$shared') return this.#named(argument, site);
    if (expression === '$projectRoot') return this.#projectRoot();
    throw new KeyturnError(
      'unsupported',
      `{{${quotedCode(expression)}}} on line ${site.line + 1} is not supported yet.`,
      {
        data: { name: quotedPart(name), line: site.line + 1 },
      },
    );
  }

  async #token(name: string, site: Site): Promise<Traced> {
    if (name === '') {
      throw new KeyturnError('variable_invalid', `{{$token}} on line ${site.line + 1} names no token.`, {
        hint: 'Write {{$token name}}.',
      });
    }
    return this.#once(`token ${name}`, async () => {
      const value = await this.#context.token(name);
      return this.#note(Traced.secret(value, { kind: 'token', name }));
    });
  }

  #refreshToken({ line }: Site): Traced {
    const held = this.#context.refreshToken?.();
    if (held !== undefined)
      return this.#note(Traced.secret(held.value, { kind: 'token', name: held.tokenName }));
    throw new KeyturnError(
      'variable_invalid',
      `{{$refreshToken}} on line ${line + 1} has a value only while Keyturn refreshes a token with this request.`,
      {
        hint: 'Name the request as "refreshRequest" in keyturn.json, and refresh that token.',
        data: { line: line + 1 },
      },
    );
  }

  #kept({ name, text, secret }: ForeignValue): Traced {
    const origin = { kind: 'token', name } as const;
    const start = text.endsWith(secret) ? text.length - secret.length : 0;
    const token = this.#note(Traced.secret(text.slice(start), origin));
    return Traced.join([Traced.plain(text.slice(0, start)), token]);
  }

  /** Of all variables. */
  async #names(): Promise<string[]> {
    const { overrides, environment } = this.#context;
    const dotenv = await this.#readDotenv();
    return [
      ...dotenv.values.keys(),
      ...environment.keys(),
      ...this.#definitions.keys(),
      ...Object.keys(overrides),
    ];
  }

  /** `%name` means: the variable whose name is the value of `name`. */
  async #indirect(argument: string, site: Site): Promise<OutsideName> {
    if (!argument.startsWith('%')) return { name: argument };
    const by = argument.slice(1);
    const value = await this.#named(by, site);
    if (value === null) throw this.#missing(by, site);
    return value.isSecret ? { name: value.text, by } : { name: value.text };
  }

  async #dotenvValue(outside: OutsideName, site: Site): Promise<Traced> {
    const { location, values } = await this.#readDotenv();
    const text = values.get(outside.name);
    if (text === undefined) throw missingDotenvVariable(outside, location, site.line);
    return this.#outside(outside.name, text);
  }

  /** What a variable of the process or of `.env` holds. */
  #outside(name: string, text: string): Traced {
    const value = Traced.plain(text);
    return isSecret(name) ? this.#marked(name, value) : value;
  }

  #processEnv(outside: OutsideName, site: Site): Traced {
    const { name } = outside;
    if (!this.#context.trusted) {
      throw untrusted(
        'Keyturn reads variables of the process only in a trusted workspace.',
        `use ${quotedPart(name)}`,
      );
    }
    if (isSecretVariable(name)) {
      throw new KeyturnError('variable_invalid', `${quotedPart(name)} is not read as a variable.`, {
        hint: 'Write {{$token name}} or # @token name: Keyturn then sends it only to its allowed origins.',
        data: { name: quotedPart(name) },
      });
    }
    const text = this.#context.processEnv[name];
    if (text === undefined) throw missingProcessVariable(outside, site.line);
    return this.#outside(name, text);
  }

  /** The folder at which every search upward ends: that of the workspace or of the repository. */
  async #projectRoot(): Promise<Traced> {
    const { files, file, trusted } = this.#context;
    return Traced.plain(pathOf((await files.upward(file, trusted)).at(-1) ?? ''));
  }

  #readDotenv(): Promise<Dotenv> {
    this.#dotenv ??= findDotenv(this.#context.files, this.#context.file, {
      trusted: this.#context.trusted,
    });
    return this.#dotenv;
  }

  #missing(name: string, site: Site): KeyturnError {
    return missingVariable(name, this.#context.tree, site.line);
  }
}

function plainOrNull(text: string | undefined): Traced | null {
  return text === undefined ? null : Traced.plain(text);
}

/** Whether the name of a variable says that it holds a secret. */
function isSecret(name: string): boolean {
  return secretVariable(name) !== null || isSecretVariableName(name);
}

function cycle(name: string, { path }: Site): KeyturnError {
  const names = [...path.slice(path.indexOf(name)), name].map((each) => `{{${quotedPart(each)}}}`);
  return new KeyturnError(
    'variable_cycle',
    `Variables refer to one another in a circle: ${names.join(' → ')}.`,
    { data: { name: quotedPart(name) } },
  );
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
