/**
 * `npm run schema`: prints the SDL, sorted, to schema/schema.graphql, and the clients' documents to schema/operations/persisted.json.
 * `--check`: fails where a file is not up to date.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../schema/schema.ts';
import { persistDocuments } from './api/persist-documents.ts';

const folder = new URL('../schema/', import.meta.url);
const operations = new URL('operations/', folder);

async function documents(): Promise<string[]> {
  const names = (await readdir(operations)).filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(names.map((name) => readFile(new URL(name, operations), 'utf8')));
}

const printed = [
  { name: 'schema.graphql', text: `${printSchema(lexicographicSortSchema(schema))}\n` },
  { name: 'operations/persisted.json', text: `${JSON.stringify(persistDocuments(await documents()), null, 2)}\n` },
];
for (const { name, text } of printed) {
  const file = new URL(name, folder);
  if (!process.argv.includes('--check')) {
    await writeFile(file, text);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    console.error(`schema/${name} is not up to date: npm run schema`);
    process.exitCode = 1;
  }
}
