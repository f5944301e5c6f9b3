import { describe, expect, it } from 'vitest';
import { readArguments, USAGE, UsageError } from '../../../scripts/dead-letters/arguments.ts';

const NOW_MS = Date.parse('2026-03-10T12:00:00.000Z');
const read = (line: string) => readArguments(line === '' ? [] : line.split(' '), NOW_MS);
const NO_FILTER = { topic: undefined, type: undefined, streamId: undefined, commandId: undefined, reason: undefined, since: undefined, until: undefined };

describe('the arguments of npm run dead-letters', () => {
  it('list the newest 50 of all, of the desk on this machine, where nothing else is said', () => {
    expect(read('list')).toEqual({
      asked: { command: 'list', filter: { ...NO_FILTER, replayed: undefined }, limit: 50, json: false },
      access: { direct: false, url: 'http://127.0.0.1:4000', token: undefined },
    });
  });

  it('are a filter', () => {
    const line =
      'list --topic leads.commands.hot --type AddNote --lead lead_1 --command cmd_1 --reason disk --since 24h --until 2026-03-10T12:00:00+02:00 --unreplayed --limit 7 --json';
    expect(read(line).asked).toEqual({
      command: 'list',
      filter: {
        topic: 'leads.commands.hot',
        type: 'AddNote',
        streamId: 'lead_1',
        commandId: 'cmd_1',
        reason: 'disk',
        since: '2026-03-09T12:00:00.000Z',
        until: '2026-03-10T10:00:00.000Z',
        replayed: false,
      },
      limit: 7,
      json: true,
    });
    expect(read('list --since 90m --replayed --lead prop_1').asked).toMatchObject({
      filter: { since: '2026-03-10T10:30:00.000Z', replayed: true, streamId: 'prop_1' },
    });
    expect(read('list --since 7d').asked).toMatchObject({ filter: { since: '2026-03-03T12:00:00.000Z' } });
  });

  it('name what to replay: each once, by a filter only what was not replayed yet', () => {
    expect(read('replay dead_1 dead_2 dead_1 --dry-run').asked).toMatchObject({ command: 'replay', ids: ['dead_1', 'dead_2'], dryRun: true, wait: true });
    expect(read('replay --type AddNote --no-wait --limit 3').asked).toMatchObject({
      ids: [],
      filter: { type: 'AddNote', replayed: false },
      limit: 3,
      wait: false,
    });
    expect(read('replay --all').asked).toMatchObject({ filter: { ...NO_FILTER, replayed: false }, limit: Number.POSITIVE_INFINITY });
    expect(read('replay --replayed').asked).toMatchObject({ filter: { replayed: true } });
  });

  it('say where', () => {
    expect(read('show dead_1 --url http://desk:1 --token t')).toMatchObject({
      asked: { command: 'show', id: 'dead_1' },
      access: { url: 'http://desk:1', token: 't' },
    });
    expect(read('show dead_1 --direct --json')).toMatchObject({ asked: { json: true }, access: { direct: true } });
  });

  it.each([
    ['', /list, show or replay/],
    ['lost', /"lost"/],
    ['list more', /"more"/],
    ['list --dry-run', /--dry-run is not for list/],
    ['list --all', /--all is not for list/],
    ['show', /one ID/],
    ['show dead_1 dead_2', /one ID/],
    ['show lead_1', /"lead_1" is no id/],
    ['show dead_1 --limit 3', /--limit is not for show/],
    ['replay', /IDs, a filter, or --all/],
    ['replay dead_1 --all', /only one/],
    ['replay dead_1 --type AddNote', /only one/],
    ['replay --all --type AddNote', /only one/],
    ['replay dead_1 --limit 2', /--limit/],
    ['replay --json dead_1', /--json is not for replay/],
    ['list --colour', /--colour/],
    ['list --topic', /--topic/],
    ['list --topic leads', /leads\.commands\.hot/],
    ['list --lead cmd_1', /--lead/],
    ['list --command lead_1', /--command/],
    ['list --replayed --unreplayed', /leave nothing/],
    ['list --since yesterday', /--since is a time .* "yesterday"/],
    ['list --since 2026-02-30T00:00:00Z', /--since/],
    ['list --until 3w', /--until/],
    ['list --since 1h --until 2h', /after --until/],
    ['list --limit 0', /--limit/],
    ['list --limit 1e3', /--limit/],
    ['list --direct --token t', /--direct/],
    ['list --direct --url http://desk', /--direct/],
  ])('make no sense as %j', (line, problem) => {
    expect(() => read(line)).toThrow(UsageError);
    expect(() => read(line)).toThrow(problem);
  });

  it('are all told of in the usage text', () => {
    const named = [...USAGE.matchAll(/--([a-z-]+)/g)].map(([, name]) => name);
    for (const option of [
      'topic',
      'type',
      'lead',
      'command',
      'reason',
      'since',
      'until',
      'replayed',
      'unreplayed',
      'all',
      'limit',
      'json',
      'dry-run',
      'no-wait',
      'url',
      'token',
      'direct',
    ])
      expect(named).toContain(option);
  });
});
