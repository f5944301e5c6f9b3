/** The checker itself, on runs made by hand: it is silent where all is well, and names the right promise where one thing is not. */
import { describe, expect, it } from 'vitest';
import { makeId } from '../../../domain/ids.ts';
import type { RecordedEvent } from '../../../domain/messages.ts';
import type { FinalReceipt } from '../../chaos/checker/evidence.ts';
import { commands, event, events, evidenceOf, LEAD, receipt, sent, verdict } from './run-kit.ts';

type Found = ReturnType<typeof verdict>;
const broken = (found: Found): string[] => found.map(({ promise, what }) => `${promise}: ${what}`);
const receipts = (changes: Readonly<Record<string, FinalReceipt | null>>) => {
  const all = { ...Object.fromEntries(Object.values(commands).map(({ key }) => [key, receipt(key)])), ...changes };
  return { receipts: new Map(Object.entries(all).map(([key, found]) => [makeId('command', key), found])) };
};
const seen = evidenceOf(events);
const { create, note, update } = commands;

it('finds nothing where nothing is wrong', () => {
  expect(broken(verdict())).toEqual([]);
});

describe('promise 1', () => {
  it.each<[string, FinalReceipt | null]>([
    ['no receipt', null],
    ['a receipt that stays ACCEPTED', receipt('k2', { status: 'ACCEPTED' })],
  ])('is broken by %s', (_what, changed) => {
    expect(broken(verdict({ final: receipts({ k2: changed }), streams: [evidenceOf([events[0] as RecordedEvent])] }))).toContain(
      '1: an accepted command has no outcome',
    );
  });

  it('is broken where a note is said to be applied and is not there', () => {
    const lost = sent('k4', { type: 'AddNote', input: { leadId: LEAD, text: 'note k4' } }, 60);
    expect(broken(verdict({ recorded: { commands: [create, note, update, lost] } }))).toEqual(['1: a command is said to be applied and has no event']);
  });

  it('is broken where a rejected command has an effect, and where a dead letter is none', () => {
    expect(broken(verdict({ final: receipts({ k2: receipt('k2', { status: 'REJECTED' }) }) }))).toEqual(['1: a command is said to be REJECTED and has events']);
    const dead = sent('k4', { type: 'AddNote', input: { leadId: LEAD, text: 'note k4' } }, 60);
    const final = receipts({ k4: receipt('k4', { status: 'DEAD_LETTERED' }) });
    expect(broken(verdict({ recorded: { commands: [create, note, update, dead] }, final }))).toEqual([
      '1: a command is said to be dead-lettered and is not in the dead letters',
    ]);
  });

  it('asks nothing of a command without an answer, whether it was taken or not', () => {
    const unknown = { ...sent('k3', { type: 'UpdateLead', input: { leadId: LEAD, lastName: 'k3' } }, 40), answers: [] };
    expect(broken(verdict({ recorded: { commands: [create, note, unknown] } }))).toEqual([]);
    expect(broken(verdict({ recorded: { commands: [create, note, unknown] }, streams: [evidenceOf(events.slice(0, 2))] }))).toEqual([]);
  });
});

describe('promise 2', () => {
  it('is broken where a command is applied twice', () => {
    const twice = [...events, event(4, 'k2', { type: 'NoteAdded', noteId: 'n', text: 'note k2' })];
    expect(broken(verdict({ streams: [evidenceOf(twice)] }))).toEqual(
      expect.arrayContaining(['2: a command took effect more than once', '2: a unique text was recorded twice']),
    );
  });

  it('is broken where a repeat becomes another command', () => {
    const other = { ...(create.answers[0] as (typeof create.answers)[number]), commandId: makeId('command', 'other'), leadId: 'lead_other' };
    expect(broken(verdict({ recorded: { commands: [{ ...create, answers: [...create.answers, other] }, note, update] } }))).toContain(
      '2: repeats of one key got different receipts',
    );
  });

  it('is broken where the key with another body is taken, or has an effect', () => {
    const otherBodies = [{ key: 'k2', marker: 'other-k2', answers: ['APPLIED'] }];
    expect(broken(verdict({ recorded: { otherBodies } }))).toEqual(['2: a key with another body was not refused']);
    const refused = [{ key: 'k2', marker: 'other-k2', answers: ['IDEMPOTENCY_CONFLICT'] }];
    expect(broken(verdict({ recorded: { otherBodies: refused } }))).toEqual([]);
    const changed = [...events, event(4, 'k9', { type: 'NoteAdded', noteId: 'n', text: 'note other-k2' })];
    expect(broken(verdict({ recorded: { otherBodies: refused }, streams: [evidenceOf(changed)] }))).toEqual(['2: a key with another body had an effect']);
  });

  it('is broken by an effect that nobody asked for', () => {
    const more = [...events, event(4, 'k9', { type: 'NoteAdded', noteId: 'n', text: 'note k9' })];
    expect(broken(verdict({ streams: [evidenceOf(more)] }))).toEqual(['2: an effect that nobody asked for']);
  });
});

describe('promise 3', () => {
  it('is broken by a gap in the versions', () => {
    const gap = [...events.slice(0, 2), { ...(events[2] as RecordedEvent), version: 4 }];
    expect(broken(verdict({ recorded: { commands: [create, note, { ...update, expectedVersion: 3 }] }, streams: [evidenceOf(gap)] }))).toEqual([
      '3: the versions of a stream are not 1, 2, 3, …',
    ]);
  });

  it('is broken where an update passes over a version that it did not expect', () => {
    expect(broken(verdict({ recorded: { commands: [create, note, { ...update, expectedVersion: 1 }] } }))).toEqual([
      '3: a command took effect on another version than it expected',
    ]);
  });

  it('is broken where a later command stands before one that was known to be applied', () => {
    const late = { ...note, sentAtMs: 60 };
    expect(broken(verdict({ recorded: { commands: [create, late, update] } }))).toEqual([
      '3: a command that was sent later stands before one that was known to be applied',
    ]);
  });

  it('is broken where an event says something else than its command', () => {
    const other = { ...update, input: { leadId: LEAD, lastName: 'somebody' } };
    expect(broken(verdict({ recorded: { commands: [create, note, other] } }))).toEqual(['3: an event is not what its command asked for']);
  });

  it('is broken where a command does not find a lead that is there, or meets a conflict that it did not ask for', () => {
    const unlucky = sent('k4', { type: 'AddNote', input: { leadId: LEAD, text: 'note k4' } }, 60);
    const recorded = { commands: [create, note, update, unlucky] };
    const rejectedWith = (code: string) => receipts({ k4: receipt('k4', { status: 'REJECTED', error: { code } }) });
    expect(broken(verdict({ recorded, final: rejectedWith('NOT_FOUND') }))).toEqual(['3: a command did not find a lead that is there']);
    expect(broken(verdict({ recorded, final: rejectedWith('VERSION_CONFLICT') }))).toEqual(['3: a version conflict of a command that expected none']);
  });
});

describe('promise 4', () => {
  const samples = [{ eventId: `${LEAD}@1`, hash: 'as it was' }];
  const kept = { stage: 'NEW', stageSince: '2026-03-10T20:00:00.000Z', source: 'OTHER', intent: 'BUYER', madeUp: false } as const;
  const forgotten = [
    event(1, 'k1', { type: 'Redacted', of: 'LeadCreated' }),
    event(2, 'k2', { type: 'Redacted', of: 'NoteAdded' }),
    event(3, 'k3', { type: 'Redacted', of: 'LeadUpdated' }),
    event(4, 'k4', { type: 'LeadErased', kept }),
  ];
  const erase = sent('k4', { type: 'EraseLead', input: { leadId: LEAD } }, 60, 70);
  const recorded = { commands: [create, note, update, erase] };

  it.each([
    ['changed', new Map([[`${LEAD}@1`, 'otherwise']]), '4: an event was changed'],
    ['deleted', new Map<string, string>(), '4: an event is gone'],
  ])('is broken where an event is %s', (_what, hashes, found) => {
    expect(broken(verdict({ recorded: { samples }, final: { hashes } }))).toEqual([found]);
    expect(broken(verdict({ recorded: { samples }, final: { hashes: new Map([[`${LEAD}@1`, 'as it was']]) } }))).toEqual([]);
  });

  it('holds where the person is forgotten everywhere', () => {
    expect(broken(verdict({ recorded, streams: [evidenceOf(forgotten)] }))).toEqual([]);
  });

  it('is broken where anything still tells of the person', () => {
    const erased = evidenceOf(forgotten);
    const tell = (changes: Partial<typeof erased>): string[] => broken(verdict({ recorded, streams: [{ ...erased, ...changes }] }));
    expect(tell({ events: [events[0] as RecordedEvent, ...forgotten.slice(1)] })).toContain('4: events of an erased lead can be read');
    expect(tell({ view: { ...erased.view, lastName: 'k3' } as never })).toContain('4: the view of an erased lead tells of the person');
    expect(tell({ timeline: seen.timeline })).toContain('4: the timeline of an erased lead can be read');
    expect(tell({ listed: [4] })).toContain('4: an erased lead is in the list');
    const letter = { topic: 't', partition: 0, offset: '1', value: 'Pat', streamId: LEAD, commandId: null };
    expect(broken(verdict({ recorded, streams: [erased], final: { deadLetters: [letter] } }))).toEqual([
      '4: a dead letter of an erased lead keeps its content',
    ]);
  });
});

describe('promise 5', () => {
  const spoilt = (changes: object): string[] => broken(verdict({ streams: [{ ...seen, ...changes }] }));
  it.each([
    ['cannot be read', { view: null }, '5: a lead that is there cannot be read'],
    ['is an old one', { view: evidenceOf(events.slice(0, 2)).view }, '5: a view is not what its events come to'],
    ['has lost a note', { view: { ...seen.view, notes: [] } }, '5: a view is not what its events come to'],
    ['is missing in the list', { listed: [] }, '5: a lead is missing in the list'],
    ['is in the list twice', { listed: [3, 3] }, '5: a lead is in the list more than once'],
    ['is old in the list', { listed: [2] }, '5: the list shows an old lead'],
    ['has holes in its timeline', { timeline: seen.timeline?.slice(1) }, '5: a timeline is not what its events come to'],
  ])('is broken where a lead %s', (_what, changes, found) => {
    expect(spoilt(changes)).toEqual([found]);
  });

  it('is broken where the list shows what is not there', () => {
    expect(broken(verdict({ final: { listedWithoutEvents: ['lead_ghost'] } }))).toEqual(['5: the list shows a lead that has no events']);
  });
});

describe('promises 6 and 7', () => {
  const read = { reader: 'r1', pinned: true, leadId: LEAD, startedAtMs: 100, version: 3 as number | null, atLeast: null as number | null };
  const visible = { ...note, answers: note.answers.map((answer) => ({ ...answer, status: 'VISIBLE' as const, version: 2 })) };
  const reading = (...reads: (typeof read)[]): string[] => broken(verdict({ recorded: { commands: [create, visible, update], reads } }));

  it('hold where versions only grow', () => {
    expect(reading({ ...read, version: 2 }, read, read)).toEqual([]);
  });
  it('are broken where a reader sees a view go back', () => {
    expect(reading(read, { ...read, version: 2 })).toEqual(['6: a reader saw a view go back']);
    expect(reading(read, { ...read, pinned: false, version: 2 })).toEqual([]);
  });
  it('are broken where the last view is older than one that was read', () => {
    expect(reading({ ...read, version: 4 })).toEqual(['6: in the end a view is older than it was read before']);
  });
  it('are broken by a read that is older than a receipt called VISIBLE a second before it began, or than its token', () => {
    const older = '7: a read is older than what a receipt called VISIBLE more than a second before';
    expect(reading({ ...read, version: 1, startedAtMs: 2_000 })).toEqual([older]);
    expect(reading({ ...read, version: null, startedAtMs: 2_000 })).toEqual([older]);
    expect(reading({ ...read, version: 1, startedAtMs: 1_125 })).toEqual([older]);
    expect(reading({ ...read, version: 1, startedAtMs: 1_120 })).toEqual([]);
    expect(reading({ ...read, version: 2, atLeast: 3 })).toEqual(['7: a read is older than its consistency token']);
  });
});

describe('poison', () => {
  const poison = { kind: 'garbage', marker: 'poison-1', topic: 'leads.commands.hot', partition: 2, offset: '7', commandId: null } as const;
  const letter = { topic: poison.topic, partition: 2, offset: '7', value: null, streamId: null, commandId: null };
  const found = (deadLetters: readonly (typeof letter | (Omit<typeof letter, 'value'> & { value: string }))[]): string[] =>
    broken(verdict({ recorded: { poisons: [poison] }, final: { deadLetters } }));

  it('must be in the dead letters, by its place or by its text', () => {
    expect(found([])).toEqual(['poison: a poison (garbage) is not in the dead letters']);
    expect(found([letter])).toEqual([]);
    expect(found([{ ...letter, offset: '8', value: '.. poison-1 ..' }])).toEqual([]);
  });
});
