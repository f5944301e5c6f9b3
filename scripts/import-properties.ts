/** `npm run import:properties -- FILE`: listings from CSV, through the API like any other client. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ApiRefusedError, askApi, signIn } from './api/client.ts';
import { documentOf } from './api/documents.ts';

const USAGE =
  'npm run import:properties -- FILE [--url http://127.0.0.1:4000] [--token JWT]\nWithout --token a dev token is asked for, which only a gateway on this machine gives.';
const IMPORT = documentOf('ImportProperties');

interface Report {
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly { readonly row: number; readonly column: string | null; readonly message: string }[];
}

async function importFile(file: string, url: string, token: string | undefined): Promise<Report> {
  const csv = await readFile(file, 'utf8');
  const { importProperties } = await askApi<{ readonly importProperties: Report }>(await signIn(url, token), IMPORT, { csv });
  return importProperties;
}

/** What was asked for; null where it makes no sense. */
function readArguments(): { file: string; url: string; token: string | undefined } | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { url: { type: 'string', default: 'http://127.0.0.1:4000' }, token: { type: 'string' } },
    });
    const [file] = positionals;
    return file === undefined || positionals.length > 1 ? null : { file, url: values.url, token: values.token };
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return null;
  }
}

const asked = readArguments();
if (asked === null) {
  console.error(USAGE);
  process.exit(2);
}
try {
  const report = await importFile(asked.file, asked.url, asked.token);
  for (const { row, column, message } of report.errors) console.error(`row ${row}${column === null ? '' : `, ${column}`}: ${message}`);
  console.log(`${report.accepted} listings accepted, ${report.rejected} rows refused`);
  process.exitCode = report.rejected > 0 ? 1 : 0;
} catch (error) {
  const refused = error instanceof ApiRefusedError && error.code !== 'UNAUTHENTICATED' ? 'the import was refused: ' : '';
  console.error(`${refused}${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
