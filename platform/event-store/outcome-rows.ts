/** Outcomes into the inbox: each once, and a dead letter's a second time where its command is replayed. */
import type { Queryable } from './connect.ts';
import { WriteConflictError, type CommandOutcome, type EventStoreWork } from './event-store.ts';

const rowOf = (outcome: CommandOutcome) => ({ tenant: outcome.tenant, command_id: outcome.id, outcome: JSON.stringify(outcome) });

export function insertOutcomes(tx: Queryable, outcomes: readonly CommandOutcome[]): PromiseLike<unknown> {
  return tx`
    insert into inbox (tenant, command_id, outcome)
    select tenant, command_id, outcome::json
    from json_to_recordset(${JSON.stringify(outcomes.map(rowOf))}::text::json) as r(tenant text, command_id text, outcome text)
    order by tenant, command_id`;
}

/**
 * Only where the outcome still is DEAD_LETTERED: another replay may have been faster. Looked for in its text, where quotes within a string stand
 * escaped: the operators of json refuse a whole outcome for one zero in a message.
 */
export async function replaceOutcomes(tx: Queryable, replayed: NonNullable<EventStoreWork['replayed']>): Promise<void> {
  const rows = replayed.map(({ outcome, letter, by }) => ({ ...rowOf(outcome), letter, replayed_by: by }));
  const replaced = await tx`
    with asked as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(tenant text, command_id text, outcome text, letter text, replayed_by text)),
    open as (
      select i.tenant, i.command_id from inbox i join asked r on i.tenant = r.tenant and i.command_id = r.command_id
      where i.outcome::text like '%"status":"DEAD_LETTERED"%'
      order by i.tenant, i.command_id for update of i
    ),
    noted as (
      update dead_letters d set replays = d.replays + 1, replayed_at = now(), replayed_by = r.replayed_by
      from asked r where d.id = r.letter and d.tenant = r.tenant and d.command_id = r.command_id
    )
    update inbox i set outcome = r.outcome::json, handled_at = now()
    from asked r join open on open.tenant = r.tenant and open.command_id = r.command_id
    where i.tenant = r.tenant and i.command_id = r.command_id
    returning 1`;
  if (replaced.length !== rows.length) throw new WriteConflictError('a dead letter was replayed already');
}
