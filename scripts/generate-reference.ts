// `npm run reference`: writes docs/reference from the declarations in the code. A test compares the two.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { referencePages } from './reference/pages.ts';

const folder = fileURLToPath(new URL('../docs/reference/', import.meta.url));

mkdirSync(folder, { recursive: true });
for (const { name, text } of referencePages()) {
  writeFileSync(`${folder}${name}`, text);
  process.stdout.write(`docs/reference/${name}\n`);
}
