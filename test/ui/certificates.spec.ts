import { X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { certificate, type Pems } from '../http/support.ts';
import type { EditorPage } from './editorPage.ts';
import { beginFolder, beginStory, type Story, undoneAtEnd, writeFiles } from './story.ts';

// A server whose certificate no trusted authority vouches for, and a proxy that is not there: what a person can do about it.

let pems: Pems;
let api: Awaited<ReturnType<typeof startServer>>;
let id: Awaited<ReturnType<typeof startServer>>;
let story: Story;
let editor: EditorPage;

beforeAll(async () => {
  pems = await certificate();
  api = await startServer((_request, response) => response.end('{}'));
  id = await startServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"access_token":"issued-value-0123456789","token_type":"Bearer","expires_in":900}');
  });
  const workspace = await beginFolder('certificates');
  await writeFiles(workspace, {
    'keyturn.json': {
      tokens: {
        robot: {
          grant: 'client_credentials',
          tokenEndpoint: `${id.origin}/token`,
          clientAuthentication: 'none',
          clientId: 'robot',
          origins: [api.origin],
        },
      },
    },
    'api.http': `GET ${api.origin}/reports\n`,
    'far.http': 'GET http://far.example/\n',
  });
  story = await beginStory('certificates', {
    workspace,
    file: 'api.http',
    // Nothing listens there; this computer is reached without it.
    settings: { 'http.proxy': 'http://127.0.0.1:9' },
  });
  editor = story.editor;
  await story.openTokens();
  await editor.treeItem(/^robot/).waitFor();
});

async function startServer(listener: RequestListener) {
  const server: Server = createServer({ key: pems.key, cert: pems.cert }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undoneAtEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return { server, host, origin: `https://${host}` };
}

const fingerprint = (of: Pems) => new X509Certificate(of.cert).fingerprint256;
const line = () => editor.line(/^GET\s/);

async function send(file = 'api.http'): Promise<void> {
  await story.clearNotifications();
  await editor.openFile(file);
  await editor.clickLens(/^Send$/, line());
}

async function offer(button: string): Promise<void> {
  await story.notification('certificate').getByRole('button', { name: button }).click();
}

describe('an API whose certificate no authority vouches for', () => {
  test('is shown with its certificate, and trusted by the person alone', async () => {
    await send();
    await editor.inlineTextAt(line(), /certificate is self-signed/);
    await offer('Trust This Certificate…');
    await story.dialog().waitFor();
    await story.pictures('trust');
    const words = await story.dialog().innerText();
    for (const part of [api.host, 'CN=localhost', fingerprint(pems), 'self-signed']) {
      expect(words).toContain(part);
    }
    await story.press('Cancel');
    await send();
    await editor.inlineTextAt(line(), /certificate is self-signed/);
  });

  test('answers once it is trusted, to the same request', async () => {
    await send();
    await offer('Trust This Certificate…');
    await story.press('Trust');
    await editor.inlineTextAt(line(), /200/);
    await story.picture('trusted');
  });

  test('is trusted no more with another certificate', async () => {
    const other = await certificate();
    api.server.setSecureContext({ key: other.key, cert: other.cert });
    api.server.closeAllConnections();
    await send();
    await editor.inlineTextAt(line(), /certificate is self-signed/);
    await offer('Trust This Certificate…');
    await story.dialog().waitFor();
    expect(await story.dialog().innerText()).toContain(fingerprint(other));
    await story.press('Cancel');
    api.server.setSecureContext({ key: pems.key, cert: pems.cert });
    api.server.closeAllConnections();
    await send();
    await editor.inlineTextAt(line(), /200/);
  });

  test('is trusted until that is withdrawn, connections that are open included', async () => {
    await editor.runCommand('Keyturn: Review Permissions');
    await story.question().getByText(`certificate for the host ${api.host}`).waitFor();
    await story.picture('review');
    await story.question().getByRole('checkbox').first().click();
    await story.question().getByRole('button', { name: 'OK' }).click();
    await story.notification('Withdrew').waitFor();
    await send();
    await editor.inlineTextAt(line(), /certificate is self-signed/);
  });
});

describe('an authorization server whose certificate no authority vouches for', () => {
  test('gives a token once it is trusted', async () => {
    await story.clearNotifications();
    await story.clickInline(/^robot/, 'Refresh Token');
    await offer('Trust This Certificate…');
    await story.dialog().waitFor();
    expect(await story.dialog().innerText()).toContain(id.host);
    await story.press('Trust');
    await story.clickInline(/^robot/, 'Refresh Token');
    await story.treeSays(/^robot/, /1[45] min/);
  });
});

describe('a proxy that is not there', () => {
  test('is named with its setting, which is one click away', async () => {
    await send('far.http');
    await editor.inlineTextAt(line(), /The proxy 127\.0\.0\.1:9 refused the connection/);
    const told = story.notification('The proxy 127.0.0.1:9');
    await told.waitFor();
    await story.picture('proxy');
    await told.getByRole('button', { name: 'Open Proxy Settings' }).click();
    await editor.page
      .locator('.settings-editor .setting-item-label')
      .getByText('Proxy', { exact: true })
      .first()
      .waitFor();
    await story.picture('proxy-settings');
  });
});
