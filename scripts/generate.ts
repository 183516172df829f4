import { writeFileSync } from 'node:fs';
import { keyturnPage, keyturnSchema } from './keyturnJson.ts';
import { roomsPicture } from './rooms.ts';

/** `npm run generate`: what is made of the descriptors of the grants, and the picture of the rooms. */
const file = (path: string) => new URL(`../${path}`, import.meta.url);
writeFileSync(file('media/keyturn.schema.json'), await keyturnSchema());
writeFileSync(file('docs/keyturn-json.md'), await keyturnPage());
writeFileSync(file('docs/rooms.svg'), roomsPicture());
