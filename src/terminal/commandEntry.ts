import type { Command } from './command.ts';

/** What completion offers for the words of a command that are no options. */
export type Operand = 'request file' | 'file' | 'token' | 'shell';

export interface CommandEntry {
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  /** One line of the help, without a full stop. */
  readonly summary: string;
  readonly operand: Operand | null;
  /** Each command is loaded when it is called: `list` needs neither undici nor the keychain. */
  readonly load: () => Promise<Command>;
}

export interface CommandGroup {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly commands: readonly CommandEntry[];
  /** Printed below the list of its commands. */
  readonly footer: string;
}
