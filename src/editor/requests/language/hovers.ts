import {
  Hover,
  type HoverProvider,
  l10n,
  MarkdownString,
  type Position,
  Range,
  type TextDocument,
  Uri,
} from 'vscode';
import { isSecretVariableName } from '../../../redaction/credentialNames.ts';
import { secretVariable } from '../../../httpfile/environments/secretVariable.ts';
import { codeSpan, escapeMarkdown } from '../../platform/markdown.ts';
import { displayPath } from '../../platform/vscodeFiles.ts';
import { maskedText } from '../../../redaction/maskedText.ts';
import type { EditorServices } from '../../services.ts';
import { requestCommands } from '../commands.ts';
import { treeOf } from '../../documents/documentTrees.ts';
import type { InlineResults } from '../../results/inlineResults.ts';
import { dynamicVariables } from './knownWords.ts';
import { referable } from './referable.ts';
import { referenceHover } from './referenceHover.ts';
import { tokenLensTitle } from '../lensTitles.ts';
import { resultHover } from '../../results/resultHover.ts';
import type { TokenStates } from '../tokenStates.ts';
import { variableAt } from './variableAt.ts';

export interface HoverParts {
  readonly inline: InlineResults;
  readonly states: TokenStates;
  readonly services: EditorServices;
}

/** Over a variable or a reference its value (secrets masked), over a request line or its result everything about the last send. */
export class Hovers implements HoverProvider {
  readonly #parts: HoverParts;

  constructor(parts: HoverParts) {
    this.#parts = parts;
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | null> {
    const { text, range } = document.lineAt(position.line);
    const use = variableAt(text, position.character);
    if (use !== null) {
      const words = await this.#variable(document, position.line, use.expression);
      const at = new Range(position.line, use.start, position.line, use.end);
      return words === null ? null : new Hover(markdown(words), at);
    }
    const state = this.#parts.inline.at(document.uri.toString(), position.line);
    if (state === null) return null;
    const words = resultHover(state, this.#parts.services.clock.now(), localTime);
    return new Hover(withLink(markdown(words), document, position.line), range);
  }

  async #variable(document: TextDocument, line: number, expression: string): Promise<string | null> {
    const { services, states } = this.#parts;
    const [name = '', tokenName] = expression.split(/\s+/, 2);
    if (name === '$token' && tokenName !== undefined) {
      const state = await states.of(document, tokenName);
      return state.kind === 'known'
        ? `${tokenLensTitle(
            { ...state.facts, name: escapeMarkdown(state.facts.name) },
            services.clock.now(),
          )}\n\n${l10n.t('Keyturn inserts the value of this token when it sends the request.')}`
        : escapeMarkdown(state.message);
    }
    const shown = (value: string) => {
      if (secretVariable(name) !== null || isSecretVariableName(name)) return codeSpan('•••');
      return codeSpan(services.redactor.mask(maskedText(value)));
    };
    const declared = treeOf(document).variables.findLast((variable) => variable.name === name);
    if (declared !== undefined) {
      const where = l10n.t('File variable, line {0}', declared.span.start.line + 1);
      return `${shown(declared.value)}\n\n${where}`;
    }
    const value = (await services.environments.variables(document.uri)).get(name);
    if (value !== undefined) {
      const environment = services.environments.selected(document.uri);
      const from =
        environment === null
          ? l10n.t('Shared by all environments')
          : l10n.t('From the environment {0}', escapeMarkdown(environment));
      return `${shown(value)}\n\n${from}`;
    }
    const dynamic = dynamicVariables.find(([known]) => known.split(' ')[0] === name);
    if (dynamic !== undefined) return escapeMarkdown(dynamic[1]);
    return this.#reference(document, line, expression);
  }

  /** A variable of the same name stands above a request. */
  async #reference(document: TextDocument, line: number, expression: string): Promise<string | null> {
    const { services } = this.#parts;
    const found = await referable(services, document.uri, treeOf(document));
    return referenceHover(
      { ...found, expression, line },
      {
        nowMs: services.clock.now(),
        mask: (text) => services.redactor.mask(text),
        shownFile: (location) => displayPath(Uri.parse(location, true)),
      },
    );
  }
}

function markdown(text: string): MarkdownString {
  return new MarkdownString(text, true);
}

/** Everything else in the hover is escaped: this is its only link. */
function withLink(hover: MarkdownString, { uri }: TextDocument, line: number): MarkdownString {
  const target = encodeURIComponent(JSON.stringify([uri.toString(), line]));
  const words = l10n.t('Open Response');
  hover.appendMarkdown(`\n\n[$(go-to-file) ${words}](command:${requestCommands.openResponse}?${target})`);
  hover.isTrusted = { enabledCommands: [requestCommands.openResponse] };
  return hover;
}

function localTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString();
}
