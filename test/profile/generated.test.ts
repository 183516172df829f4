import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { keyturnPage, keyturnSchema } from '../../scripts/keyturnJson.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('the schema of keyturn.json is what the descriptors of the grants say: else run `npm run generate`', async () => {
  expect(read('media/keyturn.schema.json')).toBe(await keyturnSchema());
});

it('the tables of docs/keyturn-json.md are what the descriptors say: else run `npm run generate`', async () => {
  const page = read('docs/keyturn-json.md');
  expect([...page.matchAll(/<!-- table: /g)].length).toBeGreaterThan(4);
  expect(page).toBe(await keyturnPage());
});
