import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import type { permissionCommands } from './commands.ts';
import { reviewPermissions } from './reviewPermissions.ts';

export function loadPermissionCommands(services: EditorServices): Loaded<typeof permissionCommands> {
  return { handlers: { 'keyturn.permissions.review': () => reviewPermissions(services) } };
}
