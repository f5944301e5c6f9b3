/** What only mutations need, put together: the schema loads this with the first one that comes. Queries start without it. */
export { takeCommand } from './commands/take-command.ts';
export { replayDeadLetter } from './dead-letters/replay.ts';
export { importLeads } from './intake/import-leads.ts';
export { importProperties } from './intake/import-properties.ts';
