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
 * Of replayed commands: in the place of DEAD_LETTERED, or the first one where the record could not even be read before; another replay may have been
 * faster. Looked for in the text, where quotes within a string stand escaped: the operators of json refuse a whole outcome for one zero in a message.
 */
export async function replaceOutcomes(tx: Queryable, replayed: NonNullable<EventStoreWork['replayed']>): Promise<void> {
  const rows = replayed.map(({ outcome, letter, by }) => ({ ...rowOf(outcome), letter, replayed_by: by }));
  const replaced = await tx`
    with asked as (select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(tenant text, command_id text, outcome text, letter text, replayed_by text)),
    noted as (
      update dead_letters d set replays = d.replays + 1, replayed_at = now(), replayed_by = r.replayed_by
      from asked r where d.id = r.letter and coalesce(d.tenant, r.tenant) = r.tenant and coalesce(d.command_id, r.command_id) = r.command_id
    )
    insert into inbox as i (tenant, command_id, outcome)
    select tenant, command_id, outcome::json from asked order by tenant, command_id
    on conflict (tenant, command_id) do update set outcome = excluded.outcome, handled_at = now()
    where i.outcome::text like '%"status":"DEAD_LETTERED"%'
    returning 1`;
  if (replaced.length !== rows.length) throw new WriteConflictError('a dead letter was replayed already');
}
