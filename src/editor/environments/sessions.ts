import { EventEmitter, Uri } from 'vscode';
import type { SessionMemory } from '../../run/session/sessionMemory.ts';
import { choiceFolder } from '../platform/choiceFolder.ts';
import { readSetting } from '../platform/settings.ts';
import type { EnvironmentPicker } from './picker.ts';

const bytesPerMegabyte = 1_000_000;

interface MemoryModule {
  readonly SessionMemory: typeof SessionMemory;
}

/** What requests of one folder left in one environment. */
export interface FolderMemory {
  readonly folder: Uri;
  /** Null where none is chosen. */
  readonly environment: string | null;
  readonly memory: SessionMemory;
}

/** What requests leave for later ones until the window closes: one memory for each folder and environment. */
export class Sessions {
  readonly #environments: Pick<EnvironmentPicker, 'selected'>;
  readonly #memories = new Map<string, FolderMemory>();
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  readonly #load: () => Promise<MemoryModule>;

  /** `load` gives what the first request needs. */
  constructor(environments: Pick<EnvironmentPicker, 'selected'>, load: () => Promise<MemoryModule>) {
    this.#environments = environments;
    this.#load = load;
  }

  /** Of the folder of a document, in the environment that is chosen there now. */
  async memory(document: Uri): Promise<SessionMemory> {
    const { folder, environment, key } = this.#placeOf(document);
    const { SessionMemory } = await this.#load();
    let known = this.#memories.get(key);
    if (known === undefined) {
      const megabytes = readSetting('keyturn.session.maxMemory', document);
      const memory = new SessionMemory(megabytes * bytesPerMegabyte, () => this.#changed.fire());
      this.#memories.set(key, (known = { folder, environment, memory }));
    }
    return known.memory;
  }

  /** The same, as far as there is one. */
  known(document: Uri): SessionMemory | null {
    return this.#memories.get(this.#placeOf(document).key)?.memory ?? null;
  }

  #placeOf(document: Uri) {
    const folder = choiceFolder(document);
    const environment = this.#environments.selected(document);
    return { folder, environment, key: JSON.stringify([folder.toString(), environment]) };
  }

  /** Every memory that there is. */
  get all(): readonly FolderMemory[] {
    return [...this.#memories.values()];
  }

  /** Those of the environments that are chosen now: what others hold is not seen. */
  get current(): readonly SessionMemory[] {
    return this.all
      .filter(({ folder, environment }) => {
        const inFolder = Uri.joinPath(folder, 'requests.http');
        return this.#environments.selected(inFolder) === environment;
      })
      .map(({ memory }) => memory);
  }

  /** Forgets answers, cookies and variables of scripts. */
  clear(): void {
    this.#memories.clear();
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
