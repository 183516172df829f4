import { type DefinitionProvider, Location, type Position, type TextDocument } from 'vscode';
import type { DocumentTrees } from './documentTrees.ts';
import { toRange } from './ranges.ts';
import { variableAt } from './variableAt.ts';

/** From `{{name}}` to the `@name = …` of the same file. */
export class Definitions implements DefinitionProvider {
  readonly #trees: DocumentTrees;

  constructor(trees: DocumentTrees) {
    this.#trees = trees;
  }

  provideDefinition(document: TextDocument, position: Position): Location[] {
    const use = variableAt(document.lineAt(position.line).text, position.character);
    if (use === null) return [];
    return this.#trees
      .of(document)
      .variables.filter(({ name }) => name === use.expression)
      .map(({ span }) => new Location(document.uri, toRange(span)));
  }
}
