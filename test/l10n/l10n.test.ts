import { describe, expect, it } from 'vitest';
import { editorFiles, l10nBundle, sourceOf } from '../../scripts/l10n.ts';
import { translated, untranslated } from './texts.ts';

/** What looks like a text and is none, or stays English. */
const exceptions: readonly {
  readonly file: string;
  readonly texts: readonly RegExp[];
  readonly why: string;
}[] = [
  {
    file: 'src/editor/welcome/launcher/text.ts',
    texts: [/./],
    why: 'a script, which speaks in a terminal like the command: in English',
  },
  { file: 'src/editor/welcome/launcher/advice.ts', texts: [/^export PATH/], why: 'a line for a shell' },
  {
    file: 'src/editor/tokens/prompts.ts',
    texts: [/^(?:Bearer|Basic)$/],
    why: 'names of HTTP',
  },
  {
    file: 'src/editor/tokens/tree/model.ts',
    texts: [/^group \{\}/],
    why: 'words for `when` clauses of package.json',
  },
  {
    file: 'src/editor/tokens/tree/treeProvider.ts',
    texts: [/^(?:detail|captured) copyable$/, /^group session$/],
    why: 'words for `when` clauses of package.json',
  },
  {
    file: 'src/editor/requests/language/knownWords.ts',
    texts: [/^multipart\/form-data; /, /^gzip, /],
    why: 'values of headers',
  },
  {
    file: 'src/editor/fileSecrets/environmentSecrets.ts',
    texts: [/^Client Secret$/],
    why: 'a member of an environment file',
  },
  {
    file: 'src/editor/fileSecrets/moveEnvironmentSecret.ts',
    texts: [/^Client Credentials$/],
    why: 'a member of an environment file',
  },
  { file: 'src/editor/audit/auditView.ts', texts: [/^token:NAME /], why: 'syntax of a filter' },
  {
    file: 'src/editor/fileSecrets/keepSecret.ts',
    texts: [/^\{\} of \{\}$/],
    why: 'what stands for a masked secret: the engine and the command write the same',
  },
  {
    file: 'src/editor/tokens/tokenActions.ts',
    texts: [/^was \{\}$/],
    why: 'a field of the audit log, which the command writes too',
  },
  {
    file: 'src/editor/platform/vscodeFiles.ts',
    texts: [/^(?:belongs|is|could) /, /^(?:Keyturn|Name|Check) /],
    why: "parts of the engine's sentence on a file that cannot be read",
  },
];

const isException = (file: string, text: string) =>
  exceptions.some((one) => one.file === file && one.texts.some((known) => known.test(text)));

describe('the texts of the editor', () => {
  it('go through l10n.t, but for the exceptions above', () => {
    const outside = editorFiles.flatMap((file) =>
      untranslated(sourceOf(file))
        .filter(({ text }) => !isException(file, text))
        .map(({ line, text }) => `${file}:${line} ${text}`),
    );
    expect(outside).toEqual([]);
  });

  it.each(exceptions)('have the exception of $file', ({ file, texts }) => {
    const found = untranslated(sourceOf(file)).map(({ text }) => text);
    for (const known of texts) expect(found).toContainEqual(expect.stringMatching(known));
  });

  it('are in the bundle for translators, each of them: else run `npm run generate`', async () => {
    const bundle = await l10nBundle();
    expect(sourceOf('l10n/bundle.l10n.json')).toBe(bundle);
    const known = new Set(Object.keys(JSON.parse(bundle) as object));
    const all = editorFiles.map((file) => ({ file, ...translated(sourceOf(file)) }));
    const missing = all.flatMap(({ texts }) => texts).filter(({ text }) => !known.has(text));
    expect(missing).toEqual([]);
    const faults = all.flatMap(({ file, faults: of }) =>
      of.map(({ line, text }) => `${file}:${line} ${text}`),
    );
    expect(faults).toEqual([]);
    expect(known.size).toBeGreaterThan(500);
  });
});

describe('a text outside l10n.t', () => {
  it.each([
    ["const text = 'Sign in again.';", 'Sign in again.'],
    ['const text = `${count} failed`;', '{} failed'],
    ['const text = `expires in ${time}`;', 'expires in {}'],
    ['const title = `$(key)\u00a0${name} · sign in on send`;', '$(key)\u00a0{} · sign in on send'],
    ["const text = working ? 'Sending…' : '';", 'Sending…'],
    ["const item = { label: 'Header' };", 'Header'],
    ["const lens = { title: '$(play) Send' };", '$(play) Send'],
    ["void window.showInformationMessage('Saved');", 'Saved'],
    ["log.error('Sandbox', error);", 'Sandbox'],
    ["throw new KeyturnError('usage', 'Open a folder first.');", 'Open a folder first.'],
    ["l10n.t('Sent {0}.', `${count} of ${total}`);", '{} of {}'],
  ])('is found in %s', (source, text) => {
    expect(untranslated(source)).toEqual([{ line: 1, text }]);
  });

  it.each([
    "l10n.t('Sign in again.');",
    "import { l10n } from 'a folder with blanks';",
    "let state: 'left aside' | null;",
    "if (state === 'left aside') return;",
    "throw new Error('Not reached, whatever happens.');",
    "const name = 'keyturn.tokens.copy';",
    "const icon = { title: '$(play)' };",
    'const key = `${folder}/${name}`;',
    "const style = { text: 'Bearer' };",
    'const line = `# @token ${name}`;',
    'const value = `{{$token ${name}}}`;',
    'const header = `Authorization: ${scheme} …`;',
  ])('is not seen in %s', (source) => {
    expect(untranslated(source)).toEqual([]);
  });
});

describe('a use of l10n', () => {
  it('gives its text', () => {
    expect(translated("l10n.t('One {0}', 1);\nl10n.t('Two');").texts).toEqual([
      { line: 1, text: 'One {0}' },
      { line: 2, text: 'Two' },
    ]);
  });

  it.each([
    "import { l10n as words } from 'vscode';",
    "import * as vscode from 'vscode';",
    'const { t } = l10n;',
    'const t = l10n.t;',
    'l10n.t(text);',
    'l10n.t(`Sent ${count}`);',
    "l10n.t('Sent {0}.');",
    "l10n.t('Sent.', count);",
    "l10n.t('Sent {1}.', count);",
  ])('that no exporter understands is a fault: %s', (source) => {
    expect(translated(source).faults).toHaveLength(1);
    expect(translated(source).texts).toEqual([]);
  });
});
