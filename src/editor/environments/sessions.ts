import { EventEmitter, Uri, workspace } from 'vscode';
import { SessionMemory } from '../../run/session/sessionMemory.ts';
import { readSetting } from '../platform/settings.ts';
import type { EnvironmentPicker } from './picker.ts';

const bytesPerMegabyte = 1_000_000;

/** What requests leave for later ones until the window closes: one memory for each folder and environment. */
export class Sessions {
  readonly #environments: Pick<EnvironmentPicker, 'selected'>;
  readonly #memories = new Map<string, SessionMemory>();
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(environments: Pick<EnvironmentPicker, 'selected'>) {
    this.#environments = environments;
  }

  /** Of the workspace folder of a document, or of its own folder, in the environment that is chosen there now. */
  memory(document: Uri): SessionMemory {
    const folder = workspace.getWorkspaceFolder(document)?.uri ?? Uri.joinPath(document, '..');
    const key = `${folder.toString()}\n${this.#environments.selected(document) ?? ''}`;
    let memory = this.#memories.get(key);
    if (memory === undefined) {
      const megabytes = readSetting('keyturn.session.maxMemory', document);
      memory = new SessionMemory(megabytes * bytesPerMegabyte, () => this.#changed.fire());
      this.#memories.set(key, memory);
    }
    return memory;
  }

  /** Every memory that there is. */
  get all(): readonly SessionMemory[] {
    return [...this.#memories.values()];
  }

  /** The number of responses that were forgotten. */
  clear(): number {
    const count = this.all.reduce((sum, { exchanges }) => sum + exchanges.size, 0);
    this.#memories.clear();
    this.#changed.fire();
    return count;
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
