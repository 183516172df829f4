import { beforeAll, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../src/sandbox/start.ts';
import { type EditorPage, eventually } from './editorPage.ts';
import { beginFolder, beginSandbox, beginStory, endOf, signInOn, type Story } from './story.ts';

// Files that were written for other tools and say there how a token is obtained: sent as they are.

let sandbox: Sandbox;
let story: Story;
let editor: EditorPage;

const line = () => editor.line(/^GET\s/);

beforeAll(async () => {
  sandbox = await beginSandbox();
  const { issuer, api } = sandbox;
  const folder = await beginFolder('foreign', {
    'jetbrains.http': `GET ${api}/reports\nAuthorization: Bearer {{$auth.token("reports-id")}}\n`,
    'httpyac.http': `GET ${api}/reports/1\nAuthorization: oauth2 authorization_code reports\n`,
    'rest-client.http': `# @name login
POST ${issuer}/token
Authorization: Basic viewer viewer-secret
Content-Type: application/x-www-form-urlencoded

grant_type=client_credentials&scope=reports:read

###
GET ${api}/reports
Authorization: Bearer {{login.response.body.$.access_token}}
`,
    'http-client.env.json': {
      $shared: {
        reports_authorizationEndpoint: `${issuer}/auth`,
        reports_tokenEndpoint: `${issuer}/token`,
        reports_clientId: 'person',
        reports_scope: 'reports:read',
        reports_redirectUri: 'http://127.0.0.1/callback',
      },
      dev: {
        Security: {
          Auth: {
            'reports-id': {
              Type: 'OAuth2',
              'Grant Type': 'Authorization Code',
              'Auth URL': `${issuer}/auth`,
              'Token URL': `${issuer}/token`,
              'Redirect URL': 'http://127.0.0.1/callback',
              'Client ID': 'person',
              Scope: 'reports:read',
              PKCE: true,
            },
          },
        },
      },
    },
  });
  story = await beginStory('foreign', {
    workspace: folder,
    file: 'jetbrains.http',
    settings: { 'keyturn.signIn.redirect': 'loopback' },
  });
  editor = story.editor;
});

/** What is asked before a token is first obtained and sent, since the file does not say where it may go. */
async function asked(name: string): Promise<string> {
  await story.dialog().waitFor();
  await story.pictures(name);
  return story.dialog().innerText();
}

describe('an entry of JetBrains', () => {
  test('is found in the environment that is chosen', async () => {
    await editor.statusBarItem('No environment').click();
    await editor.pick('dev');
    await editor.statusBarItem(/^\s*dev\s*$/).waitFor();
    await editor.clickLens(/^Send$/, line());
    const words = await asked('jetbrains-origin');
    expect(words).toContain('reports-id');
    expect(words).toContain(sandbox.api);
    await story.press('Cancel');
    await editor.inlineTextAt(line(), /is not an allowed origin/);
  });

  test('signs in with the browser, and the request is sent', async () => {
    await editor.clickLens(/^Send$/, line());
    const page = await story.openedBy(() => story.press('Always Allow'));
    await story.notification('Signing in for "reports-id"').waitFor();
    await story.picture('jetbrains-waiting');
    await signInOn(page, 'Ada');
    await endOf(page);
    await editor.inlineTextAt(line(), /200/);
    await story.openTokens();
    await story.treeSays(/^reports-id/, /1[45] min/);
    await story.picture('jetbrains-200');
  });

  test('is held from then on', async () => {
    await editor.clickLens(/^Send$/, line());
    await editor.inlineTextAt(line(), /200/);
    expect(await story.dialog().count()).toBe(0);
  });
});

describe("httpyac's header", () => {
  test('signs in with the browser, and the request is sent', async () => {
    await editor.openFile('httpyac.http');
    await editor.clickLens(/^Send$/, line());
    expect(await asked('httpyac-origin')).toContain(sandbox.api);
    const page = await story.openedBy(() => story.press('Send Once'));
    await signInOn(page, 'Ada');
    await endOf(page);
    await editor.inlineTextAt(line(), /200/);
    await story.treeSays(/^reports\s/, /1[45] min/);
    await story.notification('Signing in').waitFor({ state: 'hidden' });
    await story.picture('httpyac-200');
  });
});

describe("REST Client's login", () => {
  const session = /^Session/;
  const token = /^login\.access_token/;

  test('is sent first, and its token stands under Session with its claims', async () => {
    await editor.openFile('rest-client.http');
    await editor.clickLens(/^Send$/, line());
    await editor.inlineTextAt(line(), /200/);
    await editor.inlineTextAt(editor.line(/^POST\s/), /200/);
    await story.treeSays(token, /1[45] min · reports:read/);
    await editor.treeItem(token).click();
    await editor.treeItem(/^Received from/).waitFor();
    await editor.line(/^POST\s/).click({ position: { x: 5, y: 5 } });
    await editor.runCommand('Keyturn: Open Response of Request');
    await eventually('the answer of the login', async () =>
      /"access_token": "[^"]*•••/.test(await editor.groupText('login')),
    );
    await story.pictures('session');
  });

  test('leaves the tree when the session is cleared', async () => {
    await story.clickInline(session, 'Clear Session');
    await story.notification('Keyturn cleared the session').waitFor();
    await editor.treeItem(session).waitFor({ state: 'detached' });
    await editor.treeItem(token).waitFor({ state: 'detached' });
  });
});
