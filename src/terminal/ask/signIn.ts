import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { KeyturnError } from '../../base/errors.ts';
import { withoutSecretVariables } from '../../base/secretVariables.ts';
import { formatDuration } from '../../base/text.ts';
import type { SignIn } from '../../token/signIn.ts';
import { shownAddresses } from '../../profile/shownOrigin.ts';
import { findProgram, safeEnvironment } from '../../node/programs.ts';
import { visible } from '../../base/visible.ts';
import { type Streams } from '../output/streams.ts';

export interface TerminalSignInOptions {
  /** False prints the address only, for a machine without a browser. */
  readonly browser: boolean;
}

/** Signs in with the system's browser, which comes back to a listener on loopback. Everything is said on stderr. */
export function createTerminalSignIn(streams: Streams, { browser }: TerminalSignInOptions): SignIn {
  const say = (text: string) => void streams.err.write(`${visible(text)}\n`);
  return {
    editorRedirect: null,
    loopbackReachable: true,
    async openBrowser(url) {
      say('Sign in at this address:');
      say(`  ${url}`);
      if (browser && !(await openInBrowser(url, streams.env))) {
        say("Keyturn couldn't start a browser. Open the address yourself, on this computer.");
      }
      say('Waiting for you to sign in there. Press Ctrl+C to cancel.');
    },
    async showDeviceCode(
      { userCode, verificationUri, verificationUriComplete, expiresAtMs, origins },
      signal,
    ) {
      say(`Open ${verificationUri} and enter the code ${userCode}`);
      if (verificationUriComplete !== null) say(`or open ${verificationUriComplete}`);
      say(`Allowed origins: ${shownAddresses(origins)}.`);
      say(
        `The code is valid for ${formatDuration(Math.max(0, expiresAtMs - Date.now()))}. Press Ctrl+C to cancel.`,
      );
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  };
}

/** The system's way to open an address; no shell reads it. */
function openerOf(platform: NodeJS.Platform, url: string): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open', url];
  if (platform === 'win32') return ['rundll32.exe', 'url.dll,FileProtocolHandler', url];
  return ['xdg-open', url];
}

/** Opens an http or https address; false when no program could be started. */
async function openInBrowser(url: string, env: Streams['env']): Promise<boolean> {
  const { protocol } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new KeyturnError('authorization_failed', 'The sign-in address is not an http or https address.');
  }
  const { platform } = process;
  const [name, ...args] = openerOf(platform, url);
  const program = findProgram(name, { cwd: homedir(), env, platform });
  if (program === null) return false;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      detached: true,
      stdio: 'ignore',
      env: safeEnvironment(withoutSecretVariables(env), platform),
    });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
