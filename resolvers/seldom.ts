/** What few questions need, put together: the schema loads it with the first of them. One file, because each of its own would cut what they share into more pieces (ADR 22). */
export { readBoard } from './board/board.ts';
export { commandUpdated } from './commands/command-updated.ts';
export { listDeadLetters } from './dead-letters/list.ts';
export { freshInsightOf } from './leads/insight.ts';
export { scoreHistoryOf } from './leads/score-history.ts';
export { timelineOf } from './leads/timeline.ts';
export { healthOf } from './health.ts';
