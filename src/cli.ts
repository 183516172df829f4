#!/usr/bin/env node
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from './terminal/main.ts';
import { cacheFolder } from './terminal/stateFolder.ts';

// Node keeps what it compiled of the larger chunks for the next call. Node.js 20 cannot.
if ('enableCompileCache' in module) module.enableCompileCache(join(cacheFolder(process.env), 'compiled'));

// A reader that has enough (`keyturn list … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write('keyturn: Standard output could not be written.\n');
  process.exit(1);
});

// Nobody is left to read what went wrong.
process.stderr.on('error', () => undefined);

process.exitCode = await main(process.argv.slice(2), {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  sandboxEntry: fileURLToPath(new URL('../sandbox/sandbox.js', import.meta.url)),
});
