/** 5: every view equals what its events come to: the lead by id, its timeline, its place in the complete list. */
import { isDeepStrictEqual } from 'node:util';
import { fold, isLead } from '../../../domain/aggregate.ts';
import type { Lead } from '../../../domain/lead/lead.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import { timelineEntry } from '../../../domain/views/timeline.ts';
import type { CheckContext, PromiseCheck } from './check.ts';
import type { LeadView, StreamEvidence, TimelineLine } from './evidence.ts';
import { expectedView } from './lead-view.ts';

export function viewsEqualEvents({ report }: CheckContext): PromiseCheck {
  const tell = (what: string, streamId: string, expected: unknown, found: unknown): void => report({ promise: 5, what, ids: [streamId], expected, found });

  function view(lead: Lead, found: LeadView | null): void {
    if (found === null) return tell('a lead that is there cannot be read', lead.id, { version: lead.version }, null);
    const expected = expectedView(lead);
    const different = Object.keys(expected).filter((field) => !isDeepStrictEqual(expected[field], found[field]));
    if (different.length > 0) tell('a view is not what its events come to', lead.id, only(expected, different), only(found, different));
  }

  function list({ streamId, listed }: StreamEvidence, lead: Lead): void {
    if (listed.length !== 1) tell(listed.length === 0 ? 'a lead is missing in the list' : 'a lead is in the list more than once', streamId, 1, listed);
    for (const version of listed) if (version !== lead.version) tell('the list shows an old lead', streamId, lead.version, version);
  }

  return {
    stream(evidence) {
      const lead = foldOf(evidence.events);
      if (lead === null) return;
      view(lead, evidence.view);
      // Who was erased is in no list and has no timeline: promise 4.
      if (lead.erasedAt !== undefined) return;
      list(evidence, lead);
      const problem = timelineProblem(evidence.events, evidence.timeline);
      if (problem !== null) tell('a timeline is not what its events come to', evidence.streamId, problem.expected, problem.found);
    },
    finish({ listedWithoutEvents }) {
      for (const id of listedWithoutEvents) tell('the list shows a lead that has no events', id, 'not there', id);
    },
  };
}

function foldOf(events: readonly RecordedEvent[]): Lead | null {
  const state = fold(events);
  return state !== null && isLead(state) ? state : null;
}

const only = (view: LeadView, fields: readonly string[]): object => Object.fromEntries(['version', ...fields].map((field) => [field, view[field]]));

function timelineProblem(events: readonly RecordedEvent[], found: readonly TimelineLine[] | null): { expected: unknown; found: unknown } | null {
  if (found === null) return null;
  const lines = found.toReversed();
  if (lines.length !== events.length) return { expected: events.map(({ version }) => version), found: lines.map(({ version }) => version) };
  for (const [at, event] of events.entries()) {
    const { version, type, details } = JSON.parse(JSON.stringify(timelineEntry(event))) as TimelineLine;
    if (!isDeepStrictEqual({ version, type, details }, { ...lines[at] })) return { expected: { version, type, details }, found: lines[at] };
  }
  return null;
}
