import ts from 'typescript';

/** A text as it stands in a source; `{}` for what a template inserts. */
export interface Text {
  readonly line: number;
  readonly text: string;
}

/** What a translator gets: the texts of `l10n.t`, and the uses of `l10n` that no exporter understands. */
export function translated(source: string): {
  readonly texts: readonly Text[];
  readonly faults: readonly Text[];
} {
  const texts: Text[] = [];
  const faults: Text[] = [];
  walk(source, (node, line) => {
    if (ts.isImportSpecifier(node)) {
      if (node.propertyName?.text === 'l10n') faults.push({ line, text: node.getText() });
      return false;
    }
    if (ts.isNamespaceImport(node) && node.parent.parent.getText().includes("'vscode'")) {
      faults.push({ line, text: node.getText() });
    }
    if (!ts.isIdentifier(node) || node.text !== 'l10n') return true;
    const call = node.parent.parent;
    const first = ts.isCallExpression(call) && isTranslation(call) ? call.arguments[0] : undefined;
    if (first === undefined || !ts.isStringLiteral(first)) faults.push({ line, text: call.getText() });
    else if (ts.isCallExpression(call) && !placeholdersFit(first.text, call)) {
      faults.push({ line, text: call.getText() });
    } else texts.push({ line, text: first.text });
    return true;
  });
  return { texts, faults };
}

/** `{0}` to `{n - 1}` for n values; how many a spread list has is not seen here. */
function placeholdersFit(text: string, { arguments: [, ...values] }: ts.CallExpression): boolean {
  if (values.some((value) => ts.isSpreadElement(value))) return true;
  const found = new Set([...text.matchAll(/\{(\d+)\}/g)].map(([, index]) => Number(index)));
  return found.size === values.length && values.every((_, index) => found.has(index));
}

/** Texts for a person outside `l10n.t`, as far as they can be told from names, codes and syntax. */
export function untranslated(source: string): Text[] {
  const found: Text[] = [];
  walk(source, (node, line) => {
    if (ts.isImportDeclaration(node) || ts.isLiteralTypeNode(node) || isOwnError(node)) return false;
    if (ts.isCallExpression(node) && isTranslation(node)) return true;
    const text = textOf(node);
    if (text === null || syntax.test(text) || isCompared(node) || isTranslated(node)) return true;
    if (isSentence(text) || isShown(node, text)) found.push({ line, text });
    return true;
  });
  return found;
}

/** Calls `visit` for each node until it returns false for the nodes within. */
function walk(source: string, visit: (node: ts.Node, line: number) => boolean): void {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const step = (node: ts.Node): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    if (visit(node, line + 1)) ts.forEachChild(node, step);
  };
  step(file);
}

function isTranslation({ expression }: ts.CallExpression): boolean {
  return expression.getText() === 'l10n.t';
}

/** The text that is translated; what is inserted into it may hold texts of its own. */
function isTranslated(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && isTranslation(parent) && parent.arguments[0] === node;
}

/** `new Error` is a mistake of ours: a person sees a KeyturnError instead. */
function isOwnError(node: ts.Node): boolean {
  return ts.isNewExpression(node) && node.expression.getText() === 'Error';
}

/** A code, and no text. */
function isCompared({ parent }: ts.Node): boolean {
  return ts.isBinaryExpression(parent) && /^[!=]==$/.test(parent.operatorToken.getText());
}

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return `${node.head.text}${node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('')}`;
}

const word = String.raw`\p{L}[\p{L}'’-]+`;
const gap = String.raw`[,.:;]?[\s\u00a0]+`;
/** Two words side by side, or a word beside what is inserted. */
const sentence = new RegExp(`(?:${word}|\\{\\})${gap}${word}|${word}${gap}\\{\\}|\\p{L}…`, 'u');

/** HTTP, addresses and request files, as they are written. */
const syntax = /^(?:# @|\{\{\$|\$\w+ |Authorization: |X-API-Key: |https?:|\?)/;

function isSentence(text: string): boolean {
  return sentence.test(text.replaceAll(/\$\([\w~-]+\)/g, ' '));
}

const shownProperties = new Set([
  ...['label', 'title', 'description', 'detail', 'tooltip', 'prompt', 'placeHolder', 'placeholder'],
  ...['saveLabel', 'openLabel', 'contentText', 'hint'],
]);

/** A single word where the editor shows it, or where it is logged. */
function isShown({ parent }: ts.Node, text: string): boolean {
  if (!/\p{L}{2}/u.test(text.replaceAll(/\$\([\w~-]+\)|\{\}/g, ''))) return false;
  if (ts.isPropertyAssignment(parent)) return shownProperties.has(parent.name.getText());
  return (
    ts.isCallExpression(parent) &&
    /\.show\w*Message$|\blog\.\w+$|\bshowError$/.test(parent.expression.getText())
  );
}
