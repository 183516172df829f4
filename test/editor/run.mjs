// Runs the suites inside a real editor's extension host: a downloaded desktop build where one can be had, else
// code-server in a browser. `node test/editor/run.mjs restricted` runs one suite.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import esbuild from 'esbuild';
import { startSandbox } from '../../src/sandbox/start.ts';
import { makeFolder, sandboxProfiles } from './fixtures.mjs';
import { downloadDesktopEditor } from './launcher/desktop.mjs';
import { startKeyring } from './launcher/keyring.mjs';
import { cacheFolder, projectFolder } from './launcher/places.mjs';

const launcher = join(
  projectFolder,
  'test/editor/launcher',
  process.platform === 'win32' ? 'launch.cmd' : 'launch.mjs',
);

/** Lends tests the editor's SecretStorage (see secretsTap.ts) and provides accounts (see sources.ts). */
const companion = join(projectFolder, 'test/editor/companion');

/**
 * What each suite opens: `open` names a file of the folder instead of the folder itself; `extensions` are loaded
 * beside Keyturn; `keyring` starts a keychain for it where that can be done.
 */
const suites = {
  trusted: {
    files: (sandbox) => ({ ...requestFiles(sandbox), 'keyturn.json': sandboxProfiles(sandbox) }),
  },
  tokens: { files: requestFile, extensions: [companion] },
  refusal: { files: requestFile, extensions: [companion] },
  fileSecrets: { files: requestFile, extensions: [companion] },
  logins: { files: requestFile, extensions: [companion] },
  requestFiles: { files: requestFile },
  sources: {
    files: requestFile,
    extensions: [companion],
    env: { KEYTURN_TEST_VARIABLE: 'from-the-environment' },
  },
  language: {
    files: (sandbox) => ({ ...requestFiles(sandbox), 'keyturn.json': sandboxProfiles(sandbox) }),
  },
  results: { files: requestFile },
  session: { files: requestFile },
  marks: { files: requestFile },
  many: { files: requestFile, extensions: [companion] },
  audit: { files: requestFile, extensions: [companion] },
  permissions: { files: requestFile },
  welcome: { files: requestFile },
  inspections: { files: requestFile, extensions: [companion], keyring: true },
  restricted: {
    // What lies above the workspace is the person's own.
    files: (sandbox) => ({
      '.env': 'CLOUD_KEY=of-the-person-1\n',
      'http-client.private.env.json': { $shared: { liveKey: 'of-the-person-2' } },
      id_key: 'of-the-person-3',
      'project/requests.http': requestFiles(sandbox)['requests.http'],
      'project/keyturn.json': sandboxProfiles(sandbox, ['viewer']),
    }),
    open: 'project',
    env: { KEYTURN_TEST_RESTRICTED: '1', CLOUD_KEY: 'of-the-person-4' },
  },
  folders: {
    files: (sandbox) => ({
      'two.code-workspace': { folders: [{ path: 'first' }, { path: 'second' }] },
      'first/keyturn.json': sandboxProfiles(sandbox, ['viewer', 'admin']),
      'first/a.http': `# @token viewer\nGET ${sandbox.api}/reports\n`,
      'second/keyturn.json': sandboxProfiles(sandbox, ['editor', 'admin']),
      'second/b.http': `# @token editor\nGET ${sandbox.api}/reports\n\n###\n# @token viewer\nGET ${sandbox.api}/reports\n`,
    }),
    open: 'two.code-workspace',
  },
};

/**
 * Suites that share an editor, in their order. They open the same folder, and none looks at what those before it leave:
 * those that begin with an empty record or list stand first.
 */
const together = [
  ['audit', 'results', 'session', 'marks'],
  ['permissions', 'refusal', 'fileSecrets', 'logins', 'sources', 'requestFiles'],
  ['inspections', 'welcome'],
];

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
process.exitCode = await main();

async function main() {
  const desktop = await downloadDesktopEditor();
  if (desktop) process.env.KEYTURN_DESKTOP_EDITOR = desktop;
  const shared = together.map((names) => names.filter((name) => wanted.includes(name)));
  const alone = wanted.filter((name) => !together.flat().includes(name)).map((name) => [name]);
  let failed = false;
  for (const names of [...shared, ...alone]) {
    if (names.length > 0) failed = !(await runInOneEditor(names)) || failed;
  }
  return failed ? 1 : 0;
}

/** Bundles suites into one file that runs them, and gives its path. */
async function bundle(names) {
  const outfile = join(cacheFolder, 'out', `${names.join('-')}.cjs`);
  const loaders = names.map((name) => `${name}: () => import('./${name}.ts')`);
  await esbuild.build({
    stdin: {
      contents: `import { runSuites } from './suite.ts';
        export const run = () => runSuites({ ${loaders.join(', ')} });`,
      resolveDir: join(projectFolder, 'test/editor'),
    },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

/** The suites have a sandbox, a workspace and an editor profile of their own. */
async function runInOneEditor(names) {
  const { files, open = '', keyring: wantsKeyring = false } = suites[names[0]];
  const env = Object.assign({}, ...names.map((name) => suites[name].env));
  const extensions = [...new Set(names.flatMap((name) => suites[name].extensions ?? []))];
  const tests = await bundle(names);
  const sandbox = await startSandbox({
    entry: join(projectFolder, 'dist/sandbox/sandbox.js'),
    issuerPort: 0,
    apiPort: 0,
    limit: 5000,
    windowSeconds: 3600,
  });
  const workspace = await makeFolder(files(sandbox));
  const profile = await mkdtemp(join(tmpdir(), 'keyturn-profile-'));
  const keyring = wantsKeyring ? await startKeyring() : null;
  try {
    await runTests({
      vscodeExecutablePath: launcher,
      extensionDevelopmentPath: [projectFolder, ...extensions],
      extensionTestsPath: tests,
      extensionTestsEnv: {
        ...env,
        ...(keyring === null ? {} : { ...keyring.env, KEYTURN_TEST_KEYRING: '1' }),
        KEYTURN_TEST_SANDBOX: JSON.stringify({ issuer: sandbox.issuer, api: sandbox.api }),
      },
      launchArgs: [join(workspace.folder, open), `--user-data-dir=${profile}`],
    });
    return true;
  } catch (error) {
    console.log(error.message);
    return false;
  } finally {
    await keyring?.stop();
    await sandbox.stop();
    await workspace.remove();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A request without a token: enough to wake the extension up. */
function requestFile(sandbox) {
  return { 'requests.http': `GET ${sandbox.api}/page.html\n` };
}

function requestFiles(sandbox) {
  return {
    'requests.http': `### Reports
# @name reports
# @token viewer
GET ${sandbox.api}/reports

### Nobody
# @name nobody
GET ${sandbox.api}/reports

### Too little
# @name tooLittle
# @token viewer
GET ${sandbox.api}/admin/usage

### Echo
# @name echo
GET ${sandbox.api}/echo
X-Token: {{$token viewer}}

### Elsewhere
# @name elsewhere
# @token viewer
GET ${sandbox.issuer}/.well-known/openid-configuration

### Picture
# @name picture
GET ${sandbox.api}/image.png
`,
  };
}
