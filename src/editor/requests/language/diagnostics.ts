import { Diagnostic, DiagnosticSeverity, l10n, languages, type TextDocument, workspace } from 'vscode';
import type { HttpFile, MetadataNode, Problem } from '../../../httpfile/parse/tree.ts';
import { secretDiagnostics } from '../../fileSecrets/diagnostics.ts';
import { visible } from '../../../base/visible.ts';
import { withoutCredentials } from '../../../redaction/withoutCredentials.ts';
import { fileProblems } from '../../../httpfile/marks/fileProblems.ts';
import type { EditorServices } from '../../services.ts';
import { treeOf } from '../../documents/documentTrees.ts';
import { quietTimeMs } from '../../documents/settled.ts';
import { toRange } from '../../platform/ranges.ts';

/** After the last keystroke. */
const waitMs = 400;
/** More than a person reads. */
const mostProblems = 1000;

const severities: Readonly<Record<Problem['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Hint,
};

/** What is wrong with requests and what is not run, names of tokens that are not declared, and secrets in plain text. */
export class RequestDiagnostics {
  readonly #services: EditorServices;
  readonly #collection = languages.createDiagnosticCollection('keyturn');
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: readonly { dispose(): void }[];

  constructor(services: EditorServices) {
    this.#services = services;
    this.#subscriptions = [
      workspace.onDidOpenTextDocument((document) => this.#later(document)),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#later(document);
      }),
      workspace.onDidCloseTextDocument((document) => this.#closed(document)),
      services.profiles.onDidChange(() => this.checkAll()),
      services.tokens.onDidChange(() => this.checkAll()),
      services.environments.onDidChange(() => this.checkAll()),
    ];
    this.checkAll();
  }

  checkAll(): void {
    for (const document of workspace.textDocuments) this.#later(document);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  #later(document: TextDocument): void {
    if (document.languageId !== 'http') return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    const check = () => {
      this.#waiting.delete(key);
      this.#check(document).catch((error: unknown) =>
        this.#services.log.error(l10n.t('Checking a file'), error),
      );
    };
    this.#waiting.set(key, setTimeout(check, quietTimeMs(document, waitMs)));
  }

  async #check(document: TextDocument): Promise<void> {
    const { version } = document;
    const tree = treeOf(document);
    const problems = await this.#problems(document, tree);
    const found = problems
      .slice(0, mostProblems)
      .map(({ code, message, severity, span }) =>
        diagnostic(toRange(span), message, code, severities[severity]),
      );
    const named = tree.requests.flatMap(({ metadata }) => metadata.filter(namesToken));
    if (named.length > 0) {
      const names = new Set(await this.#services.profiles.names(document.uri));
      for (const { value, span } of named) {
        const name = value.trim();
        if (names.has(name) || name.includes('{{')) continue;
        const message = l10n.t(
          'There is no token {0}. Declare it in keyturn.json, or add it with Keyturn: Add Token.',
          withoutCredentials(name),
        );
        found.push(diagnostic(toRange(span), message, 'profile_unknown', DiagnosticSeverity.Warning));
      }
    }
    found.push(...secretDiagnostics(document, tree));
    if (!document.isClosed && document.version === version) this.#collection.set(document.uri, found);
  }

  async #problems(document: TextDocument, tree: HttpFile): Promise<Problem[]> {
    const { files, environments, redactor } = this.#services;
    const { loadDotenv } = await import('../../platform/later.ts');
    const { uri } = document;
    const trusted = workspace.isTrusted;
    const chosen = environments.selected(uri);
    const elsewhere = new Map<string, string[]>();
    for (const name of await environments.names(uri)) {
      if (name === chosen) continue;
      for (const variable of (await environments.variables(uri, name)).keys()) {
        elsewhere.set(variable, [...(elsewhere.get(variable) ?? []), name]);
      }
    }
    const seesDotenv = tree.dialect === 'httpyac' || document.getText().includes('$dotenv');
    const problems = fileProblems(
      tree,
      (line) => (line < document.lineCount ? document.lineAt(line).text : ''),
      {
        values: await environments.variables(uri),
        elsewhere,
        // One that cannot be read stops the requests that use it.
        dotenv: seesDotenv
          ? await loadDotenv(files, uri.toString(), { trusted }).catch(() => new Map<string, string>())
          : new Map(),
        processEnv: trusted ? process.env : null,
      },
    );
    return problems.map((problem) => ({ ...problem, message: redactor.mask(problem.message) }));
  }

  #closed(document: TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.delete(key);
    this.#collection.delete(document.uri);
  }
}

function namesToken({ key, value }: MetadataNode): boolean {
  return key.toLowerCase() === 'token' && value.trim() !== '';
}

function diagnostic(
  range: Diagnostic['range'],
  message: string,
  code: string,
  severity: DiagnosticSeverity,
): Diagnostic {
  const found = new Diagnostic(range, visible(message), severity);
  found.source = 'Keyturn';
  found.code = code;
  return found;
}
