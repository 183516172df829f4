// code-server's native modules need a compiler that not every machine has. Two of them matter here and have these
// plain replacements: the one that writes log files, which tests read, and the one that ends an extension host
// whose server is gone.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const spdlog = `// Writes each line at once; never rotates.
const fs = require('node:fs');
const path = require('node:path');

class Logger {
  constructor(_type, _name, file) {
    this.file = file;
    this.level = 2;
    this.formatted = true;
  }
  write(level, label, message) {
    if (level < this.level) return;
    const head = this.formatted ? new Date().toISOString() + ' [' + label + '] ' : '';
    try {
      fs.appendFileSync(this.file, head + message + (this.formatted ? '\\n' : ''));
    } catch {
      // The folder went away with its editor.
    }
  }
  trace(message) { this.write(0, 'trace', message); }
  debug(message) { this.write(1, 'debug', message); }
  info(message) { this.write(2, 'info', message); }
  warn(message) { this.write(3, 'warning', message); }
  error(message) { this.write(4, 'error', message); }
  critical(message) { this.write(5, 'critical', message); }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.formatted = false; }
  flush() {}
  drop() {}
}

async function create(type, name, file) {
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  return new Logger(type, name, file);
}

exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = (name, file) => create('rotating', name, file);
exports.createAsyncRotatingLogger = (name, file) => create('rotating_async', name, file);
`;

const watchdog = `exports.start = (pid) => {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.exit(0);
    }
  }, 1000).unref();
};
exports.exit = (code) => process.exit(code || 0);
`;

/** @param {string} server folder of the editor's server */
export async function replaceNativeModules(server) {
  const modules = join(server, 'node_modules', '@vscode');
  await writeFile(join(modules, 'spdlog', 'index.js'), spdlog);
  await writeFile(join(modules, 'native-watchdog', 'index.js'), watchdog);
}
