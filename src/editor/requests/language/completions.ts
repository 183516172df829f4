import {
  l10n,
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  type Position,
  Range,
  SnippetString,
  type TextDocument,
} from 'vscode';
import { type Suggestion, suggestReferences } from '../../../httpfile/earlier/suggest.ts';
import type { HttpFile } from '../../../httpfile/parse/tree.ts';
import type { EditorServices } from '../../services.ts';
import { type CompletionPlace, completionPlace } from './completionContext.ts';
import { treeOf } from '../../documents/documentTrees.ts';
import { referable } from './referable.ts';
import { dynamicVariables, headerNames, headerValues, metadataKeys, methods } from './knownWords.ts';
import { requestAtLine } from '../../../httpfile/parse/requestAt.ts';

const referenceDetails: Readonly<Record<Suggestion['kind'], string>> = {
  request: l10n.t('A named request'),
  part: l10n.t('A part of an earlier request'),
  header: l10n.t('A header of the last answer'),
  object: l10n.t('An object of the last answer'),
  list: l10n.t('A list of the last answer'),
  string: l10n.t('Text of the last answer'),
  number: l10n.t('A number of the last answer'),
  boolean: l10n.t('true or false in the last answer'),
  null: l10n.t('null in the last answer'),
};

/** Token names, variables, methods, headers and `# @…` keys. */
export class Completions implements CompletionItemProvider {
  static readonly triggerCharacters = ['@', ' ', '{', '$', ':', '.'];
  readonly #services: EditorServices;

  constructor(services: EditorServices) {
    this.#services = services;
  }

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const tree = treeOf(document);
    const line = document.lineAt(position.line).text;
    const place = completionPlace(line.slice(0, position.character), whereIs(document, tree, position.line));
    if (place === null) return [];
    const range = new Range(position.translate(0, -place.typed.length), position);
    const closed = line.slice(position.character).trimStart().startsWith('}}');
    const items = await this.#items(document, tree, place, closed);
    for (const item of items) item.range = range;
    return items;
  }

  async #items(
    document: TextDocument,
    tree: HttpFile,
    place: CompletionPlace,
    closed: boolean,
  ): Promise<CompletionItem[]> {
    switch (place.kind) {
      case 'token':
        return (await this.#services.profiles.names(document.uri)).map((name) =>
          completion(name, CompletionItemKind.Value, l10n.t('Token')),
        );
      case 'metadata':
        return metadataKeys.map(([key, says]) => completion(key, CompletionItemKind.Keyword, says));
      case 'method':
        return methods.map(([method, says]) => {
          const item = completion(method, CompletionItemKind.Method, says);
          item.insertText = `${method} `;
          return item;
        });
      case 'header':
        return headerNames.map((name) => {
          const item = completion(name, CompletionItemKind.Field, '');
          item.insertText = `${name}: `;
          // Offers the usual values at once.
          item.command = { command: 'editor.action.triggerSuggest', title: '' };
          return item;
        });
      case 'headerValue':
        return (headerValues[place.header] ?? []).map((value) => {
          const item = completion(value, CompletionItemKind.Value, '');
          const gap = value.indexOf('$token }}');
          if (gap !== -1) item.insertText = new SnippetString('Bearer {{\\$token ${1:name}}}');
          return item;
        });
      case 'variable':
        return [
          ...(await this.#variables(document, tree, closed)),
          ...(await this.#references(document, tree, place.typed, closed)),
        ];
    }
  }

  async #variables(document: TextDocument, tree: HttpFile, closed: boolean): Promise<CompletionItem[]> {
    const environment = await this.#services.environments.variables(document.uri);
    const items = new Map<string, CompletionItem>();
    const offer = (name: string, says: string, kind: CompletionItemKind) => {
      if (items.has(name)) return;
      const item = completion(name, kind, says);
      if (!closed) item.insertText = `${name}}}`;
      items.set(name, item);
    };
    for (const { name } of tree.variables) offer(name, l10n.t('File variable'), CompletionItemKind.Variable);
    for (const name of environment.keys())
      offer(name, l10n.t('Environment variable'), CompletionItemKind.Constant);
    for (const [name, says] of dynamicVariables) offer(name, says, CompletionItemKind.Function);
    const token = completion('$token', CompletionItemKind.Function, l10n.t('The value of a token'));
    token.insertText = '$token ';
    token.command = { command: 'editor.action.triggerSuggest', title: '' };
    items.set('$token', token);
    return [...items.values()];
  }

  /** Names of requests, and what the last answers of the session hold. */
  async #references(
    document: TextDocument,
    tree: HttpFile,
    typed: string,
    closed: boolean,
  ): Promise<CompletionItem[]> {
    const { files, earlier } = await referable(this.#services, document.uri, tree);
    const requests = files.flatMap((file) => file.tree.requests);
    const { dialect } = tree;
    return suggestReferences(typed, { requests, dialect }, earlier).map(({ text, kind, goesOn }) => {
      const item = completion(text, CompletionItemKind.Reference, referenceDetails[kind]);
      if (goesOn) item.command = { command: 'editor.action.triggerSuggest', title: '' };
      else if (!closed) item.insertText = `${text}}}`;
      return item;
    });
  }
}

function completion(label: string, kind: CompletionItemKind, detail: string): CompletionItem {
  const item = new CompletionItem(label, kind);
  if (detail !== '') item.detail = detail;
  return item;
}

function whereIs(document: TextDocument, tree: HttpFile, line: number): { inHead: boolean; inBody: boolean } {
  const node = requestAtLine(tree, line);
  if (node === null || line <= node.line) return { inHead: false, inBody: false };
  for (let above = line - 1; above > node.line; above--) {
    if (document.lineAt(above).text.trim() === '') return { inHead: false, inBody: true };
    if (line - above > 200) return { inHead: false, inBody: true };
  }
  return { inHead: true, inBody: false };
}
