/** Who waits for whom: since when a lead waits for an answer, and until when it should have one. */
import { responseMinutes } from '../../scoring/response-times.ts';
import { MINUTE_MS, plusMs } from '../../time.ts';
import type { Lead } from '../lead.ts';
import { withAnswer } from './days.ts';

/** Somebody answered at that time: nothing is due until the person writes again. */
export function answered(lead: Lead, at: string): Lead {
  const { awaitingSince: _since, responseDueAt: _due, ...rest } = lead;
  return { ...rest, respondedAt: at };
}

/** The lead waits from `at`, unless it waits already: writing twice does not buy us time. */
export const awaiting = (lead: Lead, at: string): Lead => (lead.awaitingSince === undefined ? { ...lead, awaitingSince: at } : lead);

/** Sets when an answer is due. Without a score it is not known yet. */
export function responseDue(lead: Lead): Lead {
  if (lead.score === undefined || lead.awaitingSince === undefined) return lead;
  return { ...lead, responseDueAt: plusMs(lead.awaitingSince, responseMinutes(lead.score.value) * MINUTE_MS) };
}

/** The person wrote or asked at that time. What we hear late of, and have answered since, opens nothing. */
export function askedAt(lead: Lead, at: string): Lead {
  if (lead.respondedAt !== undefined && lead.respondedAt >= at) return lead;
  const { respondedAt: _answered, ...open } = lead;
  const since = open.awaitingSince !== undefined && open.awaitingSince < at ? open.awaitingSince : at;
  return responseDue({ ...open, awaitingSince: since });
}

/** We wrote at that time. That answers whoever wrote before it; where nobody wrote, the clock began with a score, and any message is an answer. */
export function answeredAt(lead: Lead, at: string): Lead {
  const { messagesIn, inquiries } = lead.engagement;
  const isTooEarly = messagesIn + inquiries > 0 && lead.awaitingSince !== undefined && lead.awaitingSince > at;
  return isTooEarly ? lead : answered(withAnswer(lead, at), at);
}
