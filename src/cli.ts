#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileCacheFolder } from './terminal/compileCache.ts';
import { main } from './terminal/main.ts';

// Set by the launcher of an editor. Programs that are started from here, such as a browser, may not take it over.
delete process.env['ELECTRON_RUN_AS_NODE'];

// Node.js 20 cannot.
if ('enableCompileCache' in module) {
  const folder = compileCacheFolder(process.env);
  if (folder !== null) module.enableCompileCache(folder);
}

const reader = { hasEnough: false };

// A reader that has enough (`keyturn list … | head`) is no failure. The command ends as it does after Ctrl+C: a refresh
// token that the server replaced is stored first.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') {
    if (reader.hasEnough) return;
    reader.hasEnough = true;
    process.emit('SIGTERM');
    return;
  }
  process.stderr.write('keyturn: Standard output could not be written.\n');
  process.exit(1);
});

// There is no reader left for what went wrong.
process.stderr.on('error', () => undefined);

const exitCode = await main(process.argv.slice(2), {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  sandboxEntry: fileURLToPath(new URL('../sandbox/sandbox.js', import.meta.url)),
});
process.exitCode = reader.hasEnough ? 0 : exitCode;
