/** Insights behind HTTP: for gateways that have no AI of their own. Web-standard APIs only. */
import type { Insight } from '../../domain/scoring/score.ts';
import type { Insights } from '../scoring/insights.ts';
import { ORIGIN_INSIGHT_PATH } from './paths.ts';
import { postToOrigin, type OriginAddress } from './post.ts';

/** Longer than the AI's own limit (30 s): that one tells why. */
const TIMEOUT_MS = 35_000;

export const createHttpInsights = (address: OriginAddress): Insights => ({
  async insight(tenant, id, signal) {
    return (await postToOrigin<{ readonly insight?: Insight | null }>(address, ORIGIN_INSIGHT_PATH, { tenant, id }, TIMEOUT_MS, signal)).insight ?? null;
  },
});
