import type { Loaded } from '../platform/commands.ts';
import type { profileCommands } from './commands.ts';
import { createProfileFile } from './profileActions.ts';

export function loadProfileCommands(): Loaded<typeof profileCommands> {
  return { handlers: { 'keyturn.profiles.create': () => createProfileFile() } };
}
