import * as assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  commands,
  extensions,
  type Hover,
  languages,
  MarkdownString,
  type Range,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import { eventually } from './suite.ts';

/** Where the sandbox of this suite runs. */
export const sandbox = JSON.parse(process.env['KEYTURN_TEST_SANDBOX'] ?? '{}') as {
  issuer: string;
  api: string;
};

export function keyturn() {
  const extension = extensions.getExtension<unknown>('keyturn.keyturn');
  assert.ok(extension, 'The extension is not loaded.');
  return extension;
}

/** A file of the workspace's first folder, or of the one named. */
export function fileUri(name: string, folder = 0): Uri {
  const workspaceFolder = workspace.workspaceFolders?.[folder];
  assert.ok(workspaceFolder, 'No folder is open.');
  return Uri.joinPath(workspaceFolder.uri, name);
}

export async function open(uri: Uri): Promise<TextDocument> {
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document, { preview: false });
  return document;
}

/** Line of the request that follows `# @name …`. */
export function requestLine(document: TextDocument, name: string): number {
  const lines = document.getText().split('\n');
  const nameLine = lines.indexOf(`# @name ${name}`);
  assert.notEqual(nameLine, -1, `There is no request ${name}.`);
  return lines.findIndex((line, index) => index > nameLine && /^[A-Z]+ /.test(line));
}

export async function send(document: TextDocument, line: number): Promise<void> {
  await commands.executeCommand('keyturn.send', document.uri, line);
}

/** Text of the response document that is shown, masked as a person sees it; '' for none. */
export function responseText(): string {
  const shown = window.visibleTextEditors.find(({ document }) => document.uri.scheme === 'keyturn-response');
  return shown?.document.getText() ?? '';
}

export function eventuallyResponds(pattern: RegExp): Promise<string> {
  return eventually(`a response like ${pattern.source}`, () => {
    const text = responseText();
    return pattern.test(text) && text;
  });
}

/** What the editor shows when the mouse rests on a line. */
export async function hoverText(document: TextDocument, line: number): Promise<string> {
  const position = document.lineAt(line).range.end;
  const hovers = await commands.executeCommand<Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    position,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (content instanceof MarkdownString ? content.value : ''))
    .join('\n');
}

export async function lensTitles(document: TextDocument): Promise<{ line: number; title: string }[]> {
  const lenses = await commands.executeCommand<{ range: Range; command?: { title: string } }[]>(
    'vscode.executeCodeLensProvider',
    document.uri,
    1000,
  );
  return lenses.map(({ range, command }) => ({ line: range.start.line, title: command?.title ?? '' }));
}

export function problems(uri: Uri) {
  return languages.getDiagnostics(uri);
}

/**
 * A token endpoint and an API on loopback that keep what they are sent. The tokens are `token-1`, `token-2` and so
 * on, and live as long as asked.
 */
export async function startRecorder(lifetimeSeconds: number) {
  const requests: string[] = [];
  const clientSecrets: string[] = [];
  let issued = 0;
  const server = createServer((request, response) => {
    const authorization = request.headers.authorization ?? '';
    response.setHeader('content-type', 'application/json');
    if (request.url !== '/token') {
      requests.push(authorization);
      response.end('{}');
      return;
    }
    const [, secret = ''] = Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':');
    // RFC 6749 section 2.3.1
    clientSecrets.push(decodeURIComponent(secret));
    if (recorder.broken) {
      response.statusCode = 503;
      response.end('{}');
      return;
    }
    issued += 1;
    response.end(
      JSON.stringify({ access_token: `token-${issued}`, token_type: 'Bearer', expires_in: lifetimeSeconds }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const recorder = {
    origin,
    /** Of a client that gets its tokens here. */
    profile: {
      grant: 'client_credentials',
      tokenEndpoint: `${origin}/token`,
      clientId: 'recorded',
      clientAuthentication: 'client_secret_basic',
      origins: [origin],
    },
    /** Authorization headers in order. */
    requests,
    /** What the token endpoint was shown, in order. */
    clientSecrets,
    /** While it is set the token endpoint gives no tokens. */
    broken: false,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return recorder;
}

/** A folder of the workspace with profiles of its own and one request, which is at line 1 and opened. */
export async function openRequest(
  folder: string,
  tokens: Readonly<Record<string, object>>,
  request: { readonly token: string; readonly url: string },
): Promise<TextDocument> {
  const text = `# @token ${request.token}\nGET ${request.url}\n`;
  await workspace.fs.writeFile(fileUri(`${folder}/keyturn.json`), Buffer.from(JSON.stringify({ tokens })));
  await workspace.fs.writeFile(fileUri(`${folder}/request.http`), Buffer.from(text));
  return open(fileUri(`${folder}/request.http`));
}

/** A JWT without a valid signature that ends in `seconds`. */
export function jwtThatEnds(seconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://id.example.com',
    sub: 'someone',
    scope: 'read',
    iat: now,
    exp: now + seconds,
  };
  return `${part({ alg: 'ES256', typ: 'at+jwt' })}.${part(claims)}.${Buffer.alloc(64, 1).toString('base64url')}`;
}
