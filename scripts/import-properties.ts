/** `npm run import:properties -- FILE`: listings from CSV, through the API like any other client. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const USAGE =
  'npm run import:properties -- FILE [--url http://127.0.0.1:4000] [--token JWT]\nWithout --token a dev token is asked for, which only a gateway on this machine gives.';
const IMPORT = /* GraphQL */ `
  mutation ImportProperties($csv: String!, $key: String) {
    importProperties(input: { csv: $csv }, idempotencyKey: $key) {
      accepted
      rejected
      errors {
        row
        column
        message
      }
    }
  }
`;

interface Report {
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly { readonly row: number; readonly column: string | null; readonly message: string }[];
}
interface Answer {
  readonly data?: { readonly importProperties: Report } | null;
  readonly errors?: readonly { readonly message: string }[];
}

async function devToken(url: string): Promise<string> {
  const response = await fetch(`${url}/dev/token`, { method: 'POST' });
  if (!response.ok) throw new Error(`${url} gives no dev tokens (${response.status}); give --token`);
  const { token } = (await response.json()) as { token: string };
  return token;
}

async function importFile(file: string, url: string, token: string): Promise<Report> {
  const csv = await readFile(file, 'utf8');
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: IMPORT, variables: { csv } }),
  });
  const answer = (await response.json()) as Answer;
  if (!answer.data) throw new Error(`the import was refused: ${answer.errors?.map(({ message }) => message).join('; ') ?? response.status}`);
  return answer.data.importProperties;
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
  const report = await importFile(asked.file, asked.url, asked.token ?? (await devToken(asked.url)));
  for (const { row, column, message } of report.errors) console.error(`row ${row}${column === null ? '' : `, ${column}`}: ${message}`);
  console.log(`${report.accepted} listings accepted, ${report.rejected} rows refused`);
  process.exitCode = report.rejected > 0 ? 1 : 0;
} catch (error) {
  // fetch says what went wrong in its cause: nobody listens, say.
  const cause = error instanceof TypeError && error.cause instanceof Error ? `${asked.url} does not answer (${error.cause.message})` : undefined;
  console.error(cause ?? (error instanceof Error ? error.message : String(error)));
  process.exit(1);
}
