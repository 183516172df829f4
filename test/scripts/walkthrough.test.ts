import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import words from '../../package.nls.json' with { type: 'json' };
import { drawings } from '../../scripts/walkthrough/drawings.ts';

const project = join(import.meta.dirname, '../..');
const [walkthrough] = manifest.contributes.walkthroughs;
const steps = walkthrough?.steps ?? [];

describe('the walkthrough', () => {
  it('has the pictures that `node scripts/drawWalkthrough.ts` draws', () => {
    const drawn = drawings();
    const folder = join(project, 'media/walkthrough');
    expect(readdirSync(folder).sort()).toEqual([...drawn.keys()].map((name) => `${name}.svg`).sort());
    for (const [name, svg] of drawn) {
      expect(readFileSync(join(folder, `${name}.svg`), 'utf8'), name).toBe(svg);
    }
    expect(steps.map(({ media }) => media.svg).sort()).toEqual(
      [...drawn.keys()].map((name) => `media/walkthrough/${name}.svg`).sort(),
    );
  });

  it('takes every colour from the theme of the editor', () => {
    for (const svg of drawings().values()) {
      const painted = [...svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map(([, color]) => color);
      expect(painted.length).toBeGreaterThan(5);
      expect(painted.filter((color) => color?.startsWith('var(--vscode-') !== true)).toEqual([]);
    }
  });

  it('offers only commands that there are', () => {
    const commands = new Set<string>([
      ...manifest.contributes.commands.map(({ command }) => command),
      ...manifest.contributes.views.keyturn.map(({ id }) => `${id}.focus`),
    ]);
    const texts = Object.entries(words).filter(([key]) => /^(?:walkthrough|welcome)\./.test(key));
    const offered = texts.flatMap(([, text]) => [...text.matchAll(/\(command:(keyturn\.[\w.]+)\)/g)]);
    expect(offered.length).toBeGreaterThan(10);
    expect(offered.map(([, command]) => command ?? '').filter((command) => !commands.has(command))).toEqual(
      [],
    );
    const events = steps.flatMap(({ completionEvents }) => completionEvents);
    const run = events.flatMap((event) => (event.startsWith('onCommand:') ? [event.slice(10)] : []));
    expect(run.filter((command) => !commands.has(command))).toEqual([]);
  });
});
