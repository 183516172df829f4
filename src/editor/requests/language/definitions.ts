import { type DefinitionProvider, Location, type Position, type TextDocument, Uri } from 'vscode';
import { requestAtLine } from '../../../httpfile/parse/requestAt.ts';
import type { EditorServices } from '../../services.ts';
import { treeOf } from '../../documents/documentTrees.ts';
import { toRange } from '../../platform/ranges.ts';
import { variableAt } from './variableAt.ts';

/** From `{{name}}` to the `@name = …` of the same file, and from a token's name to its profile. */
export class Definitions implements DefinitionProvider {
  readonly #services: Pick<EditorServices, 'profiles'>;

  constructor(services: Pick<EditorServices, 'profiles'>) {
    this.#services = services;
  }

  async provideDefinition(document: TextDocument, position: Position): Promise<Location[]> {
    const use = variableAt(document.lineAt(position.line).text, position.character);
    const token = use === null ? this.#tokenOfLine(document, position.line) : tokenOf(use.expression);
    if (token !== null) {
      const found = await this.#services.profiles.declaration(document.uri, token);
      return found === null ? [] : [new Location(Uri.parse(found.location, true), toRange(found.span))];
    }
    return treeOf(document)
      .variables.filter(({ name }) => name === use?.expression)
      .map(({ span }) => new Location(document.uri, toRange(span)));
  }

  /** The name in a line `# @token viewer`. */
  #tokenOfLine(document: TextDocument, line: number): string | null {
    const node = requestAtLine(treeOf(document), line);
    const found = node?.metadata.find(
      ({ key, span }) => key.toLowerCase() === 'token' && span.start.line === line,
    );
    return found?.value.trim() ?? null;
  }
}

/** The name in `$token viewer`. */
function tokenOf(expression: string): string | null {
  const [word, name] = expression.split(/\s+/, 2);
  return word === '$token' ? (name ?? null) : null;
}
