import { l10n, type OutputChannel, Uri, window } from 'vscode';
import { visible } from '../../base/visible.ts';
import type { ScriptLine, ScriptParts } from '../../run/scripts/scriptParts.ts';
import { ScriptRunner } from '../../script/runner.ts';
import { readSetting } from '../platform/settings.ts';

/** Runs scripts with the limits of the settings, and shows what they write in the output channel "Keyturn Scripts". */
export class EditorScripts implements ScriptParts {
  readonly #runner = new ScriptRunner({
    limits: () => ({
      timeoutMs: readSetting('keyturn.scripts.timeout') * 1000,
      memoryBytes: readSetting('keyturn.scripts.maxMemory') * 1024 * 1024,
    }),
  });
  #channel: OutputChannel | null = null;

  runner(): Promise<ScriptRunner> {
    return Promise.resolve(this.#runner);
  }

  log({ file, line, level, text }: ScriptLine): void {
    const name = Uri.parse(file).path.split('/').at(-1) ?? '';
    const word = level === 'log' ? '' : `[${level}] `;
    this.#channel ??= window.createOutputChannel(l10n.t('Keyturn Scripts'));
    this.#channel.appendLine(`${visible(name)}:${line + 1} ${word}${visible(text)}`);
  }

  dispose(): void {
    this.#runner.dispose();
    this.#channel?.dispose();
  }
}
