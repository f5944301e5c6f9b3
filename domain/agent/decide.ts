/** What a command on an agent comes to. */
import { checkFields, flag, line, list, number, oneOf, optional, timeZone, type Check, type Checks } from '../checks.ts';
import type { Decision, DecisionContext } from '../decision.ts';
import { applied, invalid, versionConflict } from '../decisions.ts';
import { jsonEqual } from '../json-equal.ts';
import { normalizeEmail, normalizeName, normalizePhone } from '../lead/normalize.ts';
import { LIMITS } from '../limits.ts';
import { Problem } from '../problem.ts';
import { ROLES, type Agent, type AgentDetails } from './agent.ts';
import type { AgentCommand, AgentEvent } from './messages.ts';

type Territory = AgentDetails['territory'];
const money = optional(number(0, LIMITS.moneyMinor));

/** Zip codes that one agent may work. */
const ZIPS_MAX = 1_000;
const TERRITORY: Checks<Territory> = { zips: list(line(20), ZIPS_MAX), priceMinMinor: money, priceMaxMinor: money };

const territory: Check<Territory> = (value, field) => {
  const checked = checkFields(value as Territory, TERRITORY, `${field}.`);
  if (checked instanceof Problem) return checked;
  if (checked.zips === undefined) return new Problem(`${field}.zips`, 'is missing');
  const { priceMinMinor: min, priceMaxMinor: max } = checked;
  return min !== undefined && max !== undefined && min > max ? new Problem(`${field}.priceMaxMinor`, 'is less than the least price') : checked;
};

const DETAILS: Checks<AgentDetails> = {
  name: normalizeName,
  email: normalizeEmail,
  phone: optional(normalizePhone),
  role: oneOf(ROLES),
  territory,
  capacity: number(0, 100_000),
  available: flag,
  timeZone,
  madeUp: flag,
};
const REQUIRED = ['name', 'email', 'role', 'territory', 'capacity', 'available', 'timeZone', 'madeUp'] as const;

export function decideAgent(command: AgentCommand, agent: Agent | null, context: DecisionContext): Decision<AgentEvent> {
  const conflict = versionConflict(context, command.agentId, agent?.version ?? 0);
  if (conflict) return conflict;
  const details = checkFields(command.details, DETAILS);
  if (details instanceof Problem) return invalid(details);
  const missing = REQUIRED.find((field) => details[field] === undefined);
  if (missing !== undefined) return invalid(new Problem(missing, 'is missing'));
  const isSame = agent !== null && (Object.keys(DETAILS) as (keyof AgentDetails)[]).every((key) => jsonEqual(agent[key], details[key]));
  return isSame ? applied() : applied<AgentEvent>({ type: 'AgentUpserted', details });
}
