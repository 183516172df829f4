import type { Loaded } from '../platform/commands.ts';
import type { EditorServices } from '../services.ts';
import { AuditView } from './auditView.ts';
import type { auditCommands } from './commands.ts';

export function loadAuditCommands(services: EditorServices): Loaded<typeof auditCommands> {
  const view = new AuditView(services);
  return {
    handlers: {
      'keyturn.audit.show': () => view.show(),
      'keyturn.audit.refresh': () => view.refresh(),
      'keyturn.audit.filter': () => view.askFilter(),
      'keyturn.audit.clearFilter': () => view.clearFilter(),
      'keyturn.audit.onlyToken': (argument) => view.only('token', argument),
      'keyturn.audit.onlyOrigin': (argument) => view.only('origin', argument),
      'keyturn.audit.onlyAction': (argument) => view.only('action', argument),
      'keyturn.audit.more': () => view.showMore(),
      'keyturn.audit.openCause': (argument) => view.openCause(argument),
      'keyturn.audit.verify': () => view.verify(),
      'keyturn.audit.export': () => view.export(),
    },
    dispose: () => view.dispose(),
  };
}
