/** Files that people bring along. */
import { readFileSync } from 'node:fs';

/** 3,000 real sales; see README, "Data". */
export const HOMES_CSV = readFileSync(new URL('../../scripts/demo/king-county-homes.csv', import.meta.url), 'utf8');
/** The homes that were sold, two of them twice: 2,998. */
export const HOME_IDS: ReadonlySet<string> = new Set(Array.from(HOMES_CSV.matchAll(/^\d+(?=,)/gm), ([id]) => id));

const HEADER = 'First name,Last name,Email,Phone,Source,Budget max,Locations';
const LEADS = 1_000;

/** By line, the header being 1: what stands there instead of a good row, and how it is told. */
const BROKEN = [
  { row: 10, text: 'Bo,Moss,not an email,2065550001,Referral,1,98103', column: 'email' },
  { row: 111, text: 'Bo,Moss,broken111@example.com,12,Referral,1,98103', column: 'phone' },
  { row: 222, text: 'Bo,Moss,broken222@example.com,2065550001,The moon,1,98103', column: 'Source' },
  { row: 333, text: 'Bo,Moss,broken333@example.com,2065550001,Referral,a lot,98103', column: 'Budget max' },
  { row: 444, text: 'Bo,Moss,broken444@example.com', column: null },
  { row: 555, text: ',,,,Referral,1,98103', column: 'name' },
  { row: 1_001, text: '"Bo,Moss,broken1001@example.com,2065550001,Referral,1,98103', column: null },
] as const;

const goodRow = (row: number): string =>
  `Ann${row},Imported,imported${row}@example.com,206555${String(row).padStart(4, '0')},Past client,"$1,250,000.00",98103;98052`;

/** A thousand leads; seven rows are broken, each in its own way. */
export function leadsFile() {
  const rows = Array.from({ length: LEADS }, (_, index) => BROKEN.find(({ row }) => row === index + 2)?.text ?? goodRow(index + 2));
  return { csv: [HEADER, ...rows].join('\r\n'), broken: BROKEN, good: LEADS - BROKEN.length };
}
