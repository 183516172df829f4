import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LEFT_OUT } from './scenarios.ts';

const here = import.meta.dirname;
const entry = join(here, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');

/** The command of the package; its exit code tells whether a scenario passed, warnings included. */
function conformance(...args: string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [entry, ...args], { cwd: here }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: stripVTControlCharacters(out + err) });
    });
  });
}

const { output } = await conformance('list', '--client');
const scenarios = Array.from(output.matchAll(/^ {2}- (\S+)/gm), ([, name = '']) => name);

describe('the client authorization scenarios of MCP', () => {
  it('are those of the package, each of them run or left out for a reason', () => {
    expect(scenarios.length).toBeGreaterThan(20);
    expect(scenarios).toEqual(expect.arrayContaining(Object.keys(LEFT_OUT)));
    expect(scenarios.filter((name) => !name.startsWith('auth/') && !Object.hasOwn(LEFT_OUT, name))).toEqual(
      [],
    );
  });

  it.concurrent.each(scenarios.filter((name) => !Object.hasOwn(LEFT_OUT, name)))(
    '%s passes',
    async (scenario) => {
      const command = `"${process.execPath}" "${join(here, 'client.ts')}"`;
      const { code, output: report } = await conformance(
        'client',
        '--scenario',
        scenario,
        '--command',
        command,
      );
      expect(code, report).toBe(0);
    },
  );
});
