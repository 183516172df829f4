// Draws the pictures of the walkthrough: `node scripts/drawWalkthrough.ts`. Their colours are those of the editor's theme,
// so that one drawing serves light, dark and high contrast.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawings } from './walkthrough/drawings.ts';

const folder = join(import.meta.dirname, '../media/walkthrough');
for (const [name, svg] of drawings()) writeFileSync(join(folder, `${name}.svg`), svg);
