// The smallest test runner that tells what happened inside the extension host.
import type { Server } from 'node:http';
import { window } from 'vscode';

interface Test {
  readonly name: string;
  readonly run: () => Promise<void> | void;
  readonly withinMs: number;
}

const tests: Test[] = [];

/** Declares a test; one that does not end within `withinMs` fails and the next one begins. */
export function test(name: string, run: () => Promise<void> | void, withinMs = 20_000): void {
  tests.push({ name, run, withinMs });
}

/** Runs the tests that were declared, in order; prints each name and a closing line; rejects when one failed. */
export async function runAll(): Promise<void> {
  let failed = 0;
  const declared = tests.splice(0);
  for (const { name, run, withinMs } of declared) {
    const startedAtMs = Date.now();
    try {
      await within(withinMs, Promise.resolve().then(run));
      print(`  ok      ${name} (${Date.now() - startedAtMs} ms)`);
    } catch (error) {
      failed += 1;
      print(`  FAILED  ${name}`);
      for (const line of describe(error).split('\n')) print(`          ${line}`);
    }
  }
  print(`  ${declared.length - failed} passed, ${failed} failed`);
  if (failed > 0) throw new Error(`${failed} tests failed.`);
}

/** Runs the tests of a suite that has a server of its own, then closes the server and the tabs. */
export async function runAllBeside(server: Server): Promise<void> {
  try {
    await runAll();
  } finally {
    server.closeAllConnections();
    server.close();
    await window.tabGroups.close(window.tabGroups.all.flatMap(({ tabs }) => tabs));
  }
}

/** Runs suites one after the other in this editor; one that fails keeps none of the others from running. */
export async function runSuites(
  suites: Readonly<Record<string, () => Promise<{ readonly run: () => Promise<void> }>>>,
): Promise<void> {
  const failed: string[] = [];
  for (const [name, load] of Object.entries(suites)) {
    print(name);
    try {
      const suite = await load();
      await suite.run();
    } catch (error) {
      print(describe(error));
      failed.push(name);
    }
  }
  if (failed.length > 0) throw new Error(`These suites failed: ${failed.join(', ')}.`);
}

/** Polls until `condition` holds; fails with `what` in the message otherwise. */
export async function eventually<Value>(
  what: string,
  condition: () => Promise<Value | undefined | null | false> | Value | undefined | null | false,
  withinMs = 10_000,
): Promise<Value> {
  const giveUpAtMs = Date.now() + withinMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > giveUpAtMs) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The mark tells these lines from all that the editor itself prints; see launcher/launch.mjs. */
function print(line: string): void {
  console.log(`[test] ${line}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function within(ms: number, running: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not end within ${ms} ms.`)), ms);
  });
  try {
    await Promise.race([running, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
