import { mkdirSync, writeFileSync } from 'node:fs';
import { keyturnPage, keyturnSchema } from './keyturnJson.ts';
import { l10nBundle } from './l10n.ts';
import { roomsPicture } from './rooms.ts';

/** `npm run generate`: what is made of the grants' descriptors, the editor's texts for translators, the picture of the rooms. */
const file = (path: string) => new URL(`../${path}`, import.meta.url);
writeFileSync(file('media/keyturn.schema.json'), await keyturnSchema());
writeFileSync(file('docs/keyturn-json.md'), await keyturnPage());
writeFileSync(file('docs/rooms.svg'), roomsPicture());
mkdirSync(file('l10n'), { recursive: true });
writeFileSync(file('l10n/bundle.l10n.json'), await l10nBundle());
