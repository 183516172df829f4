// The steps of firstSteps.spec.ts once more, with a build whose Redactor masks nothing.
process.env['CANARY_UNMASKED'] = 'yes';
await import('./firstSteps.spec.ts');

export {};
