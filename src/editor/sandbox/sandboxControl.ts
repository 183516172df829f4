import { l10n, EventEmitter, workspace } from 'vscode';
import { KeyturnError } from '../../base/errors.ts';
import type { Sandbox } from '../../sandbox/start.ts';
import type { SandboxVariables } from '../environments/sandboxVariables.ts';

/** The sandbox process of this window: at most one, ended with the extension host. */
export class WindowSandbox implements SandboxVariables {
  readonly #entry: string;
  readonly #changed = new EventEmitter<void>();
  #running: Sandbox | null = null;
  #starting: Promise<Sandbox> | null = null;

  readonly onDidChange = this.#changed.event;

  /** `entry`: path of the bundled process entry. */
  constructor(entry: string) {
    this.#entry = entry;
  }

  get running(): Sandbox | null {
    return this.#running;
  }

  variables(): Readonly<Record<string, string>> {
    if (this.#running === null) return {};
    return { sandboxIssuer: this.#running.issuer, sandboxApi: this.#running.api };
  }

  /** The running one, or a new one. Fails with `sandbox_failed`, `cancelled` or `untrusted_workspace`. */
  async start(signal: AbortSignal): Promise<Sandbox> {
    // The command is disabled there, but another extension can call it by its id.
    if (!workspace.isTrusted) {
      throw new KeyturnError(
        'untrusted_workspace',
        l10n.t('The sandbox starts only in a workspace that you trust.'),
      );
    }
    if (this.#running !== null) return this.#running;
    if (this.#starting !== null) {
      throw new KeyturnError('sandbox_failed', l10n.t('The sandbox is starting already.'));
    }
    this.#starting = import('../platform/later.ts').then(({ startSandbox }) =>
      startSandbox({ entry: this.#entry, signal }),
    );
    try {
      const sandbox = await this.#starting;
      this.#running = sandbox;
      void sandbox.exited.then(() => {
        if (this.#running !== sandbox) return;
        this.#running = null;
        this.#changed.fire();
      });
      this.#changed.fire();
      return sandbox;
    } finally {
      this.#starting = null;
    }
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
  }

  dispose(): void {
    void this.stop();
    this.#changed.dispose();
  }
}
