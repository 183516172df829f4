import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type SandboxServers, startSandboxServers } from '../oauth/sandboxServers.ts';
import { type EditorPage, eventually } from './editorPage.ts';
import {
  beginFolder,
  beginStory,
  highContrastThemes,
  requests,
  type Story,
  themes,
  undoneAtEnd,
} from './story.ts';

// What the palette does with tokens, from the question which one it is about to the words at its end.

let sandbox: SandboxServers;
let folder: string;
let outside: string;
let story: Story;
let editor: EditorPage;

const viewer = /^viewer/;
const writer = /^writer/;
const opaque = /^opaque/;

beforeAll(async () => {
  sandbox = await startSandboxServers(900);
  undoneAtEnd(() => sandbox.close());
  const client = {
    grant: 'client_credentials',
    issuer: sandbox.issuer,
    clientAuthentication: 'client_secret_basic',
    scope: 'reports:read',
    origins: [sandbox.api],
  };
  const tokens = {
    viewer: { ...client, clientId: 'viewer' },
    opaque: { ...client, clientId: 'viewer', resource: `${sandbox.api}/opaque` },
    writer: {
      ...client,
      clientId: 'editor',
      scope: 'reports:read reports:write',
      resource: `${sandbox.api}/opaque`,
    },
  };
  outside = await beginFolder('exports');
  folder = await beginFolder('actions', {
    'keyturn.json': { tokens },
    'requests.http': requests(
      ...Object.keys(tokens).map((name) => `# @token ${name}\nGET ${sandbox.api}/reports?${name}\n`),
    ),
  });
  story = await beginStory('actions', {
    workspace: folder,
    file: 'requests.http',
    // Where the editor proposes to export to.
    env: { HOME: outside },
  });
  editor = story.editor;
  await story.openTokens();
  for (const [name, secret] of [
    ['viewer', 'viewer-secret'],
    ['writer', 'editor-secret'],
  ] as const) {
    const line = editor.line(new RegExp(`\\?${name}$`));
    await editor.clickLens(/^Send$/, line);
    await editor.answer(secret);
    await editor.inlineTextAt(line, /200/);
  }
  await story.choose(opaque, 'Refresh Token');
  await story.treeSays(opaque, /\d+ min/);
  await editor.closeNotifications();
});

/** Runs a command of the palette and chooses what it is about. */
async function run(command: string, choice: string, name: string): Promise<void> {
  await editor.runCommand(`Keyturn: ${command}`);
  await story.question().getByText(choice).first().waitFor();
  await story.pictures(`${name}-pick`);
  await editor.pick(choice);
}

/** Acts while the issuer does not answer: what is shown meanwhile, and what its Cancel button stops. */
async function watched(name: string, title: string, act: () => Promise<void>): Promise<() => void> {
  const release = sandbox.holdIssuer();
  await act();
  await story.notification(title).waitFor();
  await story.pictures(`${name}-progress`);
  return release;
}

async function cancelled(title: string): Promise<void> {
  const notice = story.notification(title);
  await notice.getByRole('button', { name: 'Cancel' }).click();
  await notice.waitFor({ state: 'hidden' });
  // The notification goes before what it stands for ends.
  await eventually('the end of the request', () => Promise.resolve(sandbox.waiting() === 0));
}

/** The words at the end. */
async function told(name: string, words: string | RegExp): Promise<string> {
  const notice = story.notification(words);
  await notice.waitFor();
  await story.picture(`${name}-told`);
  const text = await notice.innerText();
  await story.clearNotifications();
  return text;
}

describe('Verify Token Signature', () => {
  test('asks for the token, can be cancelled, and tells what it found', async () => {
    const release = await watched('verify', 'Verifying the token "viewer"', () =>
      run('Verify Token Signature', 'viewer', 'verify'),
    );
    await cancelled('Verifying the token');
    release();
    await story.treeSays(viewer, /\d+ min · reports:read$/);
    await story.choose(viewer, 'Verify Token Signature');
    expect(await told('verify', '"viewer" is verified')).toContain('every check passed');
  });
});

describe('Introspect Token', () => {
  test('asks for the token, can be cancelled, and tells what the issuer said', async () => {
    const release = await watched('introspect', 'Introspecting the token "opaque"', () =>
      run('Introspect Token', 'opaque', 'introspect'),
    );
    await cancelled('Introspecting the token');
    release();
    await story.choose(opaque, 'Introspect Token');
    expect(await told('introspect', '"opaque" is active')).toContain('reports:read');
  });
});

describe('Rotate Token', () => {
  test('asks twice, gets a new one and ends the old one', async () => {
    await run('Rotate Token', 'writer', 'rotate');
    await story.dialog().waitFor();
    await story.pictures('rotate-sure');
    const release = await watched('rotate', 'Rotating the token "writer"', () => story.press('Rotate Token'));
    release();
    expect(await told('rotate', '"writer" has a new token')).toContain('was revoked');
  });
});

describe('Revoke Token', () => {
  test('asks twice, and ends the token there and here', async () => {
    await run('Revoke Token', 'opaque', 'revoke');
    await story.dialog().waitFor();
    await story.pictures('revoke-sure');
    const release = await watched('revoke', 'Revoking the token "opaque"', () => story.press('Revoke Token'));
    release();
    expect(await told('revoke', '"opaque" is deleted here')).toMatch(/revoked|ended/);
    await story.treeSays(opaque, /none yet/);
  });
});

describe('Export Tokens and Import Tokens', () => {
  const passphrase = 'a long way to the harbour at noon';
  const file = () => join(outside, 'mine.keyturn');

  test('writes what is chosen, behind a passphrase', async () => {
    await editor.runCommand('Keyturn: Export Tokens');
    await story.question().getByText('viewer').first().waitFor();
    await story.pictures('export-pick');
    await story.question().getByRole('checkbox', { name: 'Toggle all checkboxes' }).click();
    await story.question().locator('.monaco-button').filter({ hasText: 'OK' }).click();
    const input = story.question().locator('input.input');
    await story.question().getByText('Choose a passphrase').waitFor();
    await story.pictures('export-passphrase');
    await input.fill('short');
    await story.question().getByText('At least').waitFor();
    await story.picture('export-passphrase-short');
    await input.fill('harbours');
    await story.question().getByText('Weak').waitFor();
    await story.picture('export-passphrase-weak');
    await editor.answer(passphrase);
    await editor.answer(passphrase);
    await story.question().getByText('Export Tokens').first().waitFor();
    await story.pictures('export-file');
    await story.chooseFile(file());
    await told('export', 'Exported 2 tokens');
  });

  test('shows what would be added, and replaces nothing unasked', async () => {
    await story.choose(viewer, 'Delete Token…');
    await story.press('Delete Token');
    await story.treeSays(viewer, /none yet/);
    await story.choose(writer, 'Refresh Token');
    await editor.runCommand('Keyturn: Import Tokens');
    await story.question().getByText('Import Tokens').first().waitFor();
    await story.pictures('import-file');
    await story.chooseFile(file());
    await story.question().getByText('Enter the passphrase').waitFor();
    await story.pictures('import-passphrase');
    await editor.answer(passphrase);
    await story.question().getByText('viewer').first().waitFor();
    await story.pictures('import-pick');
    await story.question().locator('.monaco-button').filter({ hasText: 'OK' }).click();
    await told('import', 'Added 1 token');
    await story.treeSays(viewer, /\d+ min/);
  });
});

describe('Revoke All Tokens of an Issuer', () => {
  test('asks for the issuer, names the tokens, and tells how many were ended', async () => {
    await run('Revoke All Tokens of an Issuer', sandbox.issuer, 'everywhere');
    await story.dialog().waitFor();
    expect(await story.dialog().innerText()).toContain('viewer, writer');
    await story.pictures('everywhere-sure');
    const release = await watched('everywhere', `Revoking the tokens of ${sandbox.issuer}`, () =>
      story.press('Revoke All'),
    );
    release();
    // The provider keeps no record of JWT, so that it cannot end one.
    expect(await told('everywhere', '1 of 2 tokens')).toContain('viewer');
    await story.treeSays(writer, /none yet/);
  });
});

describe('Show Audit Log', () => {
  test('is shown, and filtered by words', async () => {
    await editor.runCommand('Keyturn: Show Audit Log');
    await editor.treeItem(/writer revoked/).waitFor();
    await editor.treeItem(/viewer not revoked/).waitFor();
    await editor.treeItem(/opaque not introspected/).waitFor();
    await story.pictures('audit', [...themes, ...highContrastThemes]);
    await editor.runCommand('Keyturn: Filter Audit Log');
    await story.question().locator('input.input').fill('action:revoked');
    await story
      .question()
      .getByText(/\d+ of \d+ events/)
      .waitFor();
    await story.pictures('audit-filter', [...themes, ...highContrastThemes]);
    await editor.page.keyboard.press('Enter');
    await editor.treeItem(/viewer used/).waitFor({ state: 'hidden' });
    await story.picture('audit-filtered');
    await editor.runCommand('Keyturn: Verify Audit Log');
    await told('audit', 'The audit log is complete and unchanged');
  });
});
