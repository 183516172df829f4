// The steps of grants.spec.ts once more, with a build whose Redactor masks nothing: a search that finds nothing there
// would prove nothing in the other run.
process.env['CANARY_UNMASKED'] = 'yes';
await import('./grants.spec.ts');
export {};
