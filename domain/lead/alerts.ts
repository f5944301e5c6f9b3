/** When a match is worth an alert: from 75, at most 5 a day for a lead, none in quiet hours (docs, "The domain"). */
import { DAY_MS, localHour, plusMs } from '../time.ts';
import type { Lead } from './lead.ts';

export const ALERT_FROM = 75;
export const ALERTS_A_DAY = 5;
const QUIET_FROM_HOUR = 21;
const QUIET_TO_HOUR = 8;

/** True from 21 to 8 on the lead's clocks. */
export function isQuiet(at: string, timeZone: string): boolean {
  const hour = localHour(at, timeZone);
  return hour >= QUIET_FROM_HOUR || hour < QUIET_TO_HOUR;
}

/** The alerts of the 24 hours before `at`. */
export const alertsOfTheDay = (times: readonly string[], at: string): readonly string[] => {
  const dayAgo = plusMs(at, -DAY_MS);
  return times.filter((time) => time > dayAgo);
};

export const alertsLeft = (lead: Lead, at: string): number => Math.max(0, ALERTS_A_DAY - alertsOfTheDay(lead.alertTimes, at).length);
