/** Values as people say them. */
const FACTORS: Readonly<Record<string, string>> = {
  budgetFit: 'Budget fit',
  timeline: 'Timeline',
  emailEngagement: 'Email',
  responseSpeed: 'Reply speed',
  messageQuality: 'Messages',
  matches: 'Matches',
  pageViews: 'Page views',
  source: 'Source',
  intentBonus: 'Strong signs',
};

/** `UNDER_CONTRACT` -> `Under contract`. */
export function inWords(value: string): string {
  const text = value.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
/** Models may have factors of their own: `recentTours` -> `Recent tours`. */
export const factorWords = (name: string): string => FACTORS[name] ?? inWords(name.replace(/([a-z])([A-Z])/g, '$1_$2'));

const money = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const whole = new Intl.NumberFormat('en-US');
export const moneyWords = (decimal: string): string => money.format(Number(decimal));
const shortMoney = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', notation: 'compact', maximumFractionDigits: 1 });
/** `$178.1M`: for sums. */
export const shortMoneyWords = (decimal: string): string => shortMoney.format(Number(decimal));
export const numberWords = (value: number): string => whole.format(value);

/** `+12.5`, `−3`, `0`. */
export function signed(value: number, digits = 1): string {
  const rounded = Number(value.toFixed(digits));
  return rounded > 0 ? `+${rounded}` : rounded < 0 ? `−${Math.abs(rounded)}` : '0';
}
export const scoreWords = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

const STEPS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `4m`, `3h`, `12d`: the largest unit alone. */
export function spanWords(spanMs: number): string {
  const [unit, unitMs] = STEPS.find(([, stepMs]) => Math.abs(spanMs) >= stepMs) ?? STEPS[3];
  return `${Math.floor(Math.abs(spanMs) / unitMs)}${unit}`;
}
export function agoWords(at: string, nowMs: number): string {
  const spanMs = nowMs - Date.parse(at);
  return spanMs < 5_000 ? 'just now' : `${spanWords(spanMs)} ago`;
}

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
export const momentWords = (at: string): string => moment.format(new Date(at));
