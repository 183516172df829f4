import { type DefinitionProvider, Location, Position, type TextDocument, Uri } from 'vscode';
import { requestAtLine } from '../../../httpfile/parse/requestAt.ts';
import type { EditorServices } from '../../services.ts';
import { treeOf } from '../../documents/documentTrees.ts';
import { toRange } from '../../platform/ranges.ts';
import { referable, referredRequest } from './referable.ts';
import { variableAt } from './variableAt.ts';

/**
 * From `{{name}}` to the `@name = …` of the same file, from a reference to its request, and from a token's name to its
 * profile.
 */
export class Definitions implements DefinitionProvider {
  readonly #services: Pick<EditorServices, 'profiles' | 'sessions' | 'files'>;

  constructor(services: Pick<EditorServices, 'profiles' | 'sessions' | 'files'>) {
    this.#services = services;
  }

  async provideDefinition(document: TextDocument, position: Position): Promise<Location[]> {
    const use = variableAt(document.lineAt(position.line).text, position.character);
    const token = use === null ? this.#tokenOfLine(document, position.line) : tokenOf(use.expression);
    if (token !== null) {
      const found = await this.#services.profiles.declaration(document.uri, token);
      return found === null ? [] : [new Location(Uri.parse(found.location, true), toRange(found.span))];
    }
    if (use === null) return [];
    const tree = treeOf(document);
    const variables = tree.variables.filter(({ name }) => name === use.expression);
    if (variables.length > 0) return variables.map(({ span }) => new Location(document.uri, toRange(span)));
    const request = referredRequest(use.expression, await referable(this.#services, document.uri, tree));
    if (request === null) return [];
    return [new Location(Uri.parse(request.file, true), new Position(request.node.line, 0))];
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
