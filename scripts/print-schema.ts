/** `npm run schema`: prints the SDL, sorted, to schema/schema.graphql. `--check`: fails where the file is not up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../schema/schema.ts';

const file = new URL('../schema/schema.graphql', import.meta.url);
const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`;

if (process.argv.includes('--check')) {
  const committed = await readFile(file, 'utf8').catch(() => '');
  if (committed !== sdl) {
    console.error('schema/schema.graphql is not up to date: npm run schema');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, sdl);
}
