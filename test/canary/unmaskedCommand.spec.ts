// The steps of command.spec.ts once more, with a build whose Redactor masks nothing.
process.env['CANARY_UNMASKED'] = 'yes';
await import('./command.spec.ts');

export {};
