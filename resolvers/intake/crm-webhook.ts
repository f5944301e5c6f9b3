/** POST /webhooks/crm: signed, each delivery taken once, answered when the commands are durable in the log. */
import { tenantId, type LeadId, type TenantId } from '../../domain/ids.ts';
import type { LeadCommand } from '../../domain/lead/commands.ts';
import type { CommandEnvelope } from '../../domain/messages.ts';
import { commandRecord } from '../../platform/messages/command-record.ts';
import { digest, keyedCommandId } from '../../platform/messages/new-id.ts';
import { startAcceptance, type Acceptance } from '../commands/acceptance.ts';
import { DEFAULT_TIMING, type GatewayPorts, type Timing } from '../ports.ts';
import { within } from '../within.ts';
import { crmLeadId, toCommands } from './crm-commands.ts';
import { CrmPayloadError, readCrmPayload, type CrmEvent } from './crm-payload.ts';
import { checkSignature, signatureOf, SIGNATURE_DOES_NOT_FIT, TOLERANCE_SECONDS } from './webhook-signature.ts';

export interface CrmWebhookOptions {
  readonly ports: Pick<GatewayPorts, 'log' | 'readModels' | 'clock' | 'logger'>;
  /** The secret of each tenant that may send. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly timing?: Pick<Timing, 'acceptanceMs' | 'lookupMs'> | undefined;
}

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };
const refuse = (status: number, error: string): Answer => ({ status, body: { error } });

/** A signature is of no use to anybody after the tolerance; until then it is remembered. */
const SEEN_TTL_SECONDS = 2 * TOLERANCE_SECONDS;

async function toEnvelope(tenant: TenantId, leadId: LeadId, command: LeadCommand, cause: string, index: number, now: string): Promise<CommandEnvelope> {
  return {
    schema: 1,
    id: await keyedCommandId(tenant, `crm:${cause}:${index}`),
    tenant,
    streamId: leadId,
    actor: { id: 'crm-webhook', roles: ['AGENT'] },
    lane: 'hot',
    issuedAt: now,
    fingerprint: cause,
    command,
  };
}

type Told = Exclude<CrmEvent, { kind: 'IGNORED' }>;

async function send(options: CrmWebhookOptions, tenant: TenantId, event: Told, delivery: string, acceptance: Acceptance): Promise<Answer> {
  const now = options.ports.clock.now().toISOString();
  const leadId = await crmLeadId(tenant, event.contact.externalId);
  const { commands, leftOut } = toCommands(event, leadId, now);
  // The CRM tells again what it had no answer to, under a new signature: its own id makes that the same.
  const cause = event.cause === undefined ? delivery : await digest(`${event.kind}:${event.cause}`);
  const envelopes = await Promise.all(commands.map((command, index) => toEnvelope(tenant, leadId, command, cause, index, now)));
  await acceptance.bound(options.ports.log.append(envelopes.map(commandRecord), { signal: acceptance.signal }));
  return { status: 202, body: { accepted: true, leadId, commandIds: envelopes.map(({ id }) => id), leftOut } };
}

/** Refusing replays is a feature of the read models: without them a delivery is still taken, and its command ids still make a repeat harmless. */
async function withoutReplayGuard<T>(options: CrmWebhookOptions, step: Promise<T>): Promise<T | null> {
  try {
    return await within((options.timing ?? DEFAULT_TIMING).lookupMs, step);
  } catch (error) {
    options.ports.logger.warn({ error }, 'webhook replays cannot be told apart while the read models are away');
    return null;
  }
}

/** Remembered only after the log has taken it, so that a delivery that failed can come again. */
async function sendOnce(options: CrmWebhookOptions, tenant: TenantId, event: CrmEvent, delivery: string): Promise<Answer> {
  if (event.kind === 'IGNORED') return { status: 200, body: { accepted: false, ignored: event.why } };
  const { readModels } = options.ports;
  const ref = { tenant, kind: 'webhook', id: delivery } as const;
  const acceptance = startAcceptance((options.timing ?? DEFAULT_TIMING).acceptanceMs);
  const take = async (): Promise<Answer> => {
    const [seen] = (await withoutReplayGuard(options, readModels.get([ref]))) ?? [];
    return seen ? refuse(409, 'this delivery was taken before') : send(options, tenant, event, delivery, acceptance);
  };
  const answer = await take().finally(() => acceptance.end());
  if (answer.status !== 202) return answer;
  await withoutReplayGuard(options, readModels.put([{ ...ref, version: 1, doc: '{}', index: null, ttlSeconds: SEEN_TTL_SECONDS }]));
  return answer;
}

function readBody(body: string): CrmEvent | Answer {
  try {
    return readCrmPayload(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(400, `the body is no JSON: ${error.message}`);
    if (error instanceof CrmPayloadError) return refuse(400, error.message);
    throw error;
  }
}

/** Stands in where a location has none, so that neither the answer nor its time tells strangers who is with us. What it signs is refused, too. */
const NOBODYS_SECRET = 'nobody';

async function handle(options: CrmWebhookOptions, request: Request): Promise<Answer> {
  const body = await request.text();
  const event = readBody(body);
  if ('status' in event) return event;
  const secret = options.secrets.get(event.location);
  const problem = await checkSignature(secret ?? NOBODYS_SECRET, request.headers, body, options.ports.clock.now().getTime());
  if (problem !== null || secret === undefined) return refuse(401, problem ?? SIGNATURE_DOES_NOT_FIT);
  // A signature has one meaning and two spellings: in the other case it is a replay all the same.
  return sendOnce(options, tenantId(event.location), event, await digest(`sha256=${signatureOf(request.headers)}`));
}

/** Answers 202 (taken), 200 (nothing to do), 400 (what is wrong with the body), 401 (signature), 409 (a replay) or 503 (try again). */
export function createCrmWebhook(options: CrmWebhookOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    let answer: Answer;
    try {
      answer = await handle(options, request);
    } catch (error) {
      if (error instanceof CrmPayloadError) return Response.json({ error: error.message }, { status: 400 });
      options.ports.logger.error({ error }, 'a CRM webhook could not be taken');
      answer = refuse(503, 'the delivery could not be stored; send it again');
    }
    return Response.json(answer.body, { status: answer.status, ...(answer.status === 503 ? { headers: { 'retry-after': '2' } } : {}) });
  };
}
