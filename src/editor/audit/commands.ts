/** Commands of the audit view, as package.json contributes them. */
export const auditCommands = {
  show: 'keyturn.audit.show',
  refresh: 'keyturn.audit.refresh',
  filter: 'keyturn.audit.filter',
  clearFilter: 'keyturn.audit.clearFilter',
  onlyToken: 'keyturn.audit.onlyToken',
  onlyOrigin: 'keyturn.audit.onlyOrigin',
  onlyAction: 'keyturn.audit.onlyAction',
  more: 'keyturn.audit.more',
  openCause: 'keyturn.audit.openCause',
  verify: 'keyturn.audit.verify',
  export: 'keyturn.audit.export',
} as const;
