import { commandSource, type CommandParts } from './command.ts';
import { environmentSource, type Environment } from './environment.ts';
import { keychainSource, type KeychainParts } from './keychain.ts';
import { requestSource, type RequestSourceParts } from './request.ts';
import type { TokenSource } from './source.ts';

export interface LocalSourceParts extends CommandParts, KeychainParts, RequestSourceParts {
  /** Of this process. */
  readonly env: Environment;
}

/** The sources that the editor and the command have alike; each door adds its own. */
export function localSources(parts: LocalSourceParts): readonly TokenSource[] {
  return [
    requestSource(parts),
    commandSource(parts),
    environmentSource(parts.env, parts.clock),
    keychainSource(parts),
  ];
}
