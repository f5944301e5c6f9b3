/** How soon somebody should answer a lead: it follows from its score (docs, "The domain"). */
const RESPONSE_TIMES = [
  { name: 'URGENT', from: 85, minutes: 15 },
  { name: 'HOT', from: 70, minutes: 60 },
  { name: 'WARM', from: 50, minutes: 240 },
  { name: 'COLD', from: 0, minutes: 1_440 },
] as const;
export type Urgency = (typeof RESPONSE_TIMES)[number]['name'];

const LAST = RESPONSE_TIMES[3];
const responseTimeOf = (score: number): (typeof RESPONSE_TIMES)[number] => RESPONSE_TIMES.find((time) => score >= time.from) ?? LAST;

export const urgencyOf = (score: number): Urgency => responseTimeOf(score).name;
export const responseMinutes = (score: number): number => responseTimeOf(score).minutes;
