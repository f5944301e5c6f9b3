import { describe, expect, test } from 'vitest';
import { commandsOf, createBrokerage } from '../../support/brokerage.ts';
import { fieldOf, run, type Answer } from '../../support/execute.ts';

const IMPORT = `mutation ($input: ImportLeadsInput!, $key: String) {
  importLeads(input: $input, idempotencyKey: $key) { accepted rejected errors { row column message value } ignoredColumns interruption { fromRow retryAfter } commandIds receipts(first: 2) { status lane leadId } }
}`;
interface Report {
  readonly accepted: number;
  readonly rejected: number;
  readonly errors: readonly { readonly row: number; readonly column: string | null; readonly message: string; readonly value: string | null }[];
  readonly ignoredColumns: readonly string[];
  readonly interruption: { readonly fromRow: number; readonly retryAfter: number } | null;
  readonly commandIds: readonly string[];
  readonly receipts: readonly { readonly status: string; readonly lane: string; readonly leadId: string }[];
}
const reportOf = ({ data, errors }: Answer): Report => {
  expect(errors).toEqual([]);
  return data?.['importLeads'] as Report;
};

const HEADER = 'First name,Last name,Email,Phone,Source,Budget max,Locations,Favourite colour';
const goodRow = (n: number): string => `Ann${n},Lee,ann${n}@example.com,206555${String(n).padStart(4, '0')},Past client,"$1,250,000.00",98103;98052,blue`;

/** A thousand rows, seven of them broken each in its own way. */
function aFile(): string {
  const rows = Array.from({ length: 1_000 }, (_, n) => goodRow(n));
  const breaks: Readonly<Record<number, string>> = {
    10: 'Ann,Lee,not an email,2065550001,Referral,1,98103,blue',
    20: 'Ann,Lee,a20@example.com,12,Referral,1,98103,blue',
    30: 'Ann,Lee,a30@example.com,2065550001,The moon,1,98103,blue',
    40: 'Ann,Lee,a40@example.com,2065550001,Referral,a lot,98103,blue',
    50: 'Ann,Lee,a50@example.com',
    60: ',,,,Referral,1,98103,blue',
    70: '"Ann,Lee,a70@example.com,2065550001,Referral,1,98103,blue',
  };
  for (const [row, text] of Object.entries(breaks)) rows[Number(row) - 2] = text;
  return [HEADER, ...rows].join('\r\n');
}

describe('importLeads', () => {
  test('takes the good rows of a file and says of each broken one where and why', async () => {
    const brokerage = createBrokerage();
    const report = reportOf(await run(brokerage.context(), IMPORT, { input: { csv: aFile() }, key: 'march' }));
    expect(report).toMatchObject({ accepted: 993, rejected: 7, ignoredColumns: ['Favourite colour'], receipts: [{ status: 'ACCEPTED', lane: 'COLD' }, {}] });
    expect(report.errors.map(({ row, column, value }) => [row, column, value])).toEqual([
      [10, 'email', 'not an email'],
      [20, 'phone', '12'],
      [30, 'Source', 'The moon'],
      [40, 'Budget max', 'a lot'],
      [50, null, null],
      [60, 'name', null],
      [70, null, null],
    ]);
    expect(report.errors.map(({ message }) => message).join('\n')).not.toMatch(/undefined|null/);
    expect(new Set(report.commandIds).size).toBe(993);
    expect(commandsOf(brokerage)).toHaveLength(993);
    expect(commandsOf(brokerage)[0]).toMatchObject({
      lane: 'cold',
      command: { lead: { source: 'PAST_CLIENT', phone: '+12065550000', preferences: { budgetMaxMinor: 125_000_000, locations: ['98103', '98052'] } } },
    });
    expect(brokerage.log.every(({ topic }) => topic === 'leads.commands.cold')).toBe(true);
  });

  test('sent again with the same key makes the same leads, and a corrected row one more', async () => {
    const brokerage = createBrokerage();
    const csv = [HEADER, goodRow(1), 'Bob,Ray,bob(at)example.com,,,,,', goodRow(2)].join('\n');
    const first = reportOf(await run(brokerage.context(), IMPORT, { input: { csv }, key: 'k' }));
    expect(first).toMatchObject({ accepted: 2, rejected: 1 });
    await brokerage.carryOut();
    const again = reportOf(await run(brokerage.context(), IMPORT, { input: { csv: csv.replace('bob(at)', 'bob@') }, key: 'k' }));
    expect(again.accepted).toBe(3);
    expect(again.commandIds).toEqual([first.commandIds[0], expect.any(String), first.commandIds[1]]);
    await brokerage.carryOut();
    const answer = await run(brokerage.context(), '{ leads { edges { node { name } } } }');
    expect((fieldOf(answer, 'leads') as { edges: object[] }).edges).toHaveLength(3);
  });

  test('takes objects as well', async () => {
    const brokerage = createBrokerage();
    const leads = [{ email: 'a@example.com' }, { email: 'b' }, { firstName: 'C', preferences: { budgetMin: '2', budgetMax: '1' } }];
    expect(reportOf(await run(brokerage.context(), IMPORT, { input: { leads } }))).toMatchObject({
      accepted: 1,
      rejected: 2,
      errors: [
        { row: 2, column: 'email', message: 'is not an email address', value: 'b' },
        { row: 3, column: 'budgetMax', value: '1' },
      ],
    });
  });

  test('says that the log is away; sent again with its key nothing comes twice', async () => {
    const brokerage = createBrokerage();
    brokerage.outages.log = true;
    const input = { csv: [HEADER, goodRow(1)].join('\n') };
    expect((await run(brokerage.context(), IMPORT, { input, key: 'k' })).errors[0]?.extensions['code']).toBe('UNAVAILABLE');
    brokerage.outages.log = false;
    expect(reportOf(await run(brokerage.context(), IMPORT, { input, key: 'k' })).accepted).toBe(1);
  });

  test('tells what went in where the log goes away in the middle; sent again with its key the rest goes in, and nothing twice', async () => {
    const brokerage = createBrokerage();
    brokerage.outages.logAfter = 1;
    const input = { csv: [HEADER, ...Array.from({ length: 1_100 }, (_, n) => goodRow(n))].join('\n') };
    const first = reportOf(await run(brokerage.context(), IMPORT, { input, key: 'k' }));
    expect(first).toMatchObject({ accepted: 500, rejected: 0, errors: [], interruption: { fromRow: 502, retryAfter: 2 } });
    expect(first.commandIds).toEqual(commandsOf(brokerage).map(({ id }) => id));
    brokerage.outages.logAfter = Infinity;
    const whole = reportOf(await run(brokerage.context(), IMPORT, { input, key: 'k' }));
    expect(whole).toMatchObject({ accepted: 1_100, interruption: null });
    expect(new Set(commandsOf(brokerage).map(({ id }) => id)).size).toBe(1_100);
  });

  test.each([
    [{}, 'input'],
    [{ csv: '', leads: [] }, 'input'],
    [{ csv: '' }, 'input.csv'],
    [{ csv: 'colour,shape\nred,round' }, 'input.csv'],
    [{ csv: 'email,E-Mail\na@b.co,c@d.co' }, 'input.csv'],
    [{ csv: '"email\na@b.co' }, 'input.csv'],
    [{ leads: Array.from({ length: 10_001 }, () => ({ email: 'a@b.co' })) }, 'input.leads'],
  ])('refuses what is no import (%#)', async (input, field) => {
    const brokerage = createBrokerage();
    expect((await run(brokerage.context(), IMPORT, { input })).errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', field });
    expect(brokerage.log).toEqual([]);
  });
});
