import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import type { permissionCommands } from './commands.ts';
import { reviewAgreements } from './reviewPermissions.ts';

export function loadPermissionCommands(services: EditorServices): Loaded<typeof permissionCommands> {
  return { handlers: { 'keyturn.agreements.review': () => reviewAgreements(services) } };
}
