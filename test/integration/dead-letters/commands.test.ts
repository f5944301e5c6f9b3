import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tenantId } from '../../../domain/ids.ts';
import type { DeadLetter } from '../../../platform/dead-letters/dead-letters.ts';
import { signIn } from '../../../scripts/api/client.ts';
import { createApiSource } from '../../../scripts/dead-letters/api-source.ts';
import { readArguments } from '../../../scripts/dead-letters/arguments.ts';
import { connectDirectly, createDirectSource } from '../../../scripts/dead-letters/direct-source.ts';
import { runCommand } from '../../../scripts/dead-letters/run.ts';
import type { DeadLetterSource } from '../../../scripts/dead-letters/source.ts';
import { letterOf, unreadableLetter } from '../../support/memory-dead-letters.ts';
import { startProgram } from '../../support/program.ts';
import { describeWithServices } from '../../support/services.ts';
import { ADA, DEMO, noteOn, startDesk, type Desk } from './desk.ts';

const RIVAL = tenantId('rival');

describeWithServices('npm run dead-letters', ['postgres'], ({ postgres }) => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await startDesk(postgres.url);
  });
  afterEach(() => desk.stop());

  const direct = () => createDirectSource(connectDirectly({ databaseUrl: desk.kit.database.url, kafkaBrokers: [], operator: 'operator:eve' }));
  const letters = (filter = {}): Promise<readonly DeadLetter[]> =>
    desk.kit.ports.deadLetters.list({ tenant: null, filter, first: 500 }).then((page) => page.letters);
  const notes = async (): Promise<readonly string[]> => {
    const events = await desk.kit.events(ADA, DEMO);
    return events.flatMap(({ event }) => (event.type === 'NoteAdded' ? [event.text] : []));
  };

  describe.each([
    { name: 'over the API', open: async () => createApiSource(await signIn(`${desk.url}/`, undefined)), by: 'demo-admin', seesAll: false },
    { name: 'in the database', open: async () => direct(), by: 'operator:eve', seesAll: true },
  ])('$name', ({ open, by, seesAll }) => {
    let source: DeadLetterSource;
    beforeEach(async () => {
      source = await open();
    });
    afterEach(() => source.close());

    const run = async (...args: readonly string[]) => {
      const [said, complaints]: [string[], string[]] = [[], []];
      const { asked } = readArguments(args, Date.now());
      const code = await runCommand(source, asked, { print: (line) => said.push(line), complain: (line) => complaints.push(line) });
      return { code, said: said.join('\n'), complaints: complaints.join('\n') };
    };

    it('lists, shows and replays commands that failed: the same commands, oldest first', async () => {
      const failed = [noteOn('one', { trace: { traceparent: '00-1' } }), noteOn('two', { lane: 'cold' }), noteOn('three')];
      await desk.failWith(...failed);
      const [third, second, first] = await letters();
      const list = await run('list', '--lead', ADA, '--since', '1h');
      expect(list.said.split('\n')).toEqual([
        expect.stringMatching(/^PUT ASIDE .* REASON$/),
        ...[third, second, first].map((letter) => expect.stringMatching(new RegExp(`demo .*AddNote .*${letter?.id}.* a bad day`)) as string),
        '3 dead letters.',
      ]);
      const json = (await run('list', '--json', '--topic', 'leads.commands.cold')).said;
      expect(JSON.parse(json)).toEqual(second);
      expect((await run('list', '--limit', '2')).said).toContain('2 dead letters, and there are more: --limit.');
      const shown = await run('show', first?.id ?? '');
      expect(shown).toMatchObject({
        code: 0,
        said: expect.stringMatching(/trace +00-1\n(.*\n)*the command now +DEAD_LETTERED: .*a bad day\n\n\{\n {2}"schema": 1,/) as string,
      });

      const dry = await run('replay', '--dry-run', '--type', 'AddNote');
      expect(dry).toMatchObject({ code: 0, said: expect.stringContaining('3 would be replayed, 0 cannot be. Nothing was changed.') as string });
      expect(dry.said.indexOf(first?.id ?? '')).toBeLessThan(dry.said.indexOf(third?.id ?? ''));
      expect((await letters()).map(({ replays }) => replays)).toEqual([0, 0, 0]);

      desk.heal();
      const replayed = await run('replay', '--type', 'AddNote');
      expect(replayed).toMatchObject({
        code: 0,
        complaints: '',
        said: expect.stringContaining('3 applied, 0 rejected, 0 sent and under way, 0 could not be replayed.') as string,
      });
      expect(await notes()).toEqual(['one', 'two', 'three']);
      expect((await desk.kit.events(ADA, DEMO)).slice(1).map(({ commandId }) => commandId)).toEqual(failed.map(({ id }) => id));
      expect((await letters()).map(({ replays, replayedBy }) => [replays, replayedBy])).toEqual([1, 2, 3].map(() => [1, by]));

      // Again: nothing is left to do, and what is asked for by its id has its outcome already.
      expect((await run('replay', '--all')).said).toBe('0 applied, 0 rejected, 0 sent and under way, 0 could not be replayed.');
      expect(await run('replay', first?.id ?? '')).toMatchObject({ code: 0, said: expect.stringContaining('1 applied') as string });
      expect((await run('list', '--unreplayed')).said).toBe('0 dead letters.');
      expect(await notes()).toHaveLength(3);
    });

    it('says that a command failed again, and ends with 1', async () => {
      const note = noteOn('one');
      await desk.failWith(note);
      const [letter] = await letters();
      const again = await run('replay', letter?.id ?? '');
      expect(again).toMatchObject({ code: 1, complaints: expect.stringMatching(/failed again: .*a bad day/) as string });
      expect(again.said).toBe('0 applied, 0 rejected, 0 sent and under way, 1 could not be replayed.');
      const [newer, older] = await letters();
      expect([newer?.commandId, newer?.replays, older?.replays, older?.replayedBy]).toEqual([note.id, 0, 1, by]);
      desk.heal();
      expect(await run('replay', newer?.id ?? '')).toMatchObject({ code: 0, said: expect.stringContaining('1 applied') as string });
      expect(await notes()).toEqual(['one']);
    });

    it('gives the reason for each that cannot be replayed, and replays the others', async () => {
      await desk.kit.ports.deadLetters.put([
        letterOf(noteOn('good'), 1),
        letterOf(noteOn('event'), 2, { original: { topic: 'leads.events.hot' } }),
        letterOf(noteOn('erased'), 3, { original: { value: null } }),
        letterOf(noteOn('cut'), 4, { original: { cutFrom: 500_000 } }),
        unreadableLetter(DEMO, 5, 'garbage \u001b[31m'),
      ]);
      const reasons = [
        /dead_2 cannot be replayed: .*npm run rebuild/,
        /dead_3 cannot be replayed: .*erased/,
        /dead_4 cannot be replayed: .*500000/,
        /dead_5 cannot be replayed: .*not JSON/,
      ];
      for (const more of [['--dry-run'], []]) {
        const { code, complaints, said } = await run('replay', '--all', ...more);
        expect([code, complaints.split('\n').length]).toEqual([1, 4]);
        for (const reason of reasons) expect(complaints).toMatch(reason);
        expect(said).toMatch(/1 (would be replayed, 4 cannot be|applied, 0 rejected, 0 sent and under way, 4 could not)/);
      }
      expect(await notes()).toEqual(['good']);
      expect((await run('show', 'dead_5')).said).toContain('garbage ·[31m');
      expect((await run('show', 'dead_3')).said).toContain('The record is gone');
      expect((await run('show', 'dead_4')).said).toContain('of 500000 characters');
      for (const args of [
        ['show', 'dead_404'],
        ['replay', 'dead_404'],
        ['replay', 'dead_404', '--dry-run'],
      ])
        expect(await run(...args)).toMatchObject({ code: 1, complaints: expect.stringContaining('dead_404') as string });
    });

    it('sees the letters of its tenant, and those of others and of none only in the database', async () => {
      await desk.kit.ports.deadLetters.put([letterOf(noteOn('x', { tenant: RIVAL }), 1), unreadableLetter(null, 2, 'whose?'), letterOf(noteOn('y'), 3)]);
      expect((await run('list')).said).toContain(seesAll ? '3 dead letters.' : '1 dead letter.');
      const codes = ['dead_1', 'dead_2', 'dead_3'].map(async (id) => [(await run('show', id)).code, (await run('replay', id, '--dry-run')).code]);
      expect(await Promise.all(codes)).toEqual(
        seesAll
          ? [
              [0, 0],
              [0, 1],
              [0, 0],
            ]
          : [
              [1, 1],
              [1, 1],
              [0, 0],
            ],
      );
    });

    it('goes through every page', async () => {
      await desk.kit.ports.deadLetters.put(Array.from({ length: 205 }, (_, n) => letterOf(noteOn('x'), n + 1, { original: { value: null } })));
      expect((await run('list', '--limit', '1000')).said).toContain('205 dead letters.');
      const { said, complaints } = await run('replay', '--all', '--dry-run', '--limit', '203');
      expect(said).toBe('0 would be replayed, 203 cannot be. Nothing was changed.');
      expect(complaints.split('\n')[0]).toMatch(/^dead_3 /);
    });
  });

  it('is a program: it asks where it is told to, and its exit code says how it went', async () => {
    await desk.failWith(noteOn('one'));
    desk.heal();
    const [letter] = await letters();
    const program = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const running = startProgram({ name: 'dead-letters', args: ['scripts/dead-letters.ts', ...args], env });
      const { code } = await running.ended;
      return { code, output: running.output() };
    };
    const [database, api] = [{ DATABASE_URL: desk.kit.database.url }, ['--url', desk.url]];
    expect(await program(['list', ...api])).toMatchObject({ code: 0, output: expect.stringContaining(letter?.id ?? '?') as string });
    expect(await program(['list', '--direct'], database)).toMatchObject({ code: 0, output: expect.stringContaining('1 dead letter.') as string });
    // Kafka is needed for replaying only.
    const withKafka = { ...database, KAFKA_BROKERS: '127.0.0.1:9' };
    expect(await program(['list', '--direct'], withKafka)).toMatchObject({ code: 0, output: expect.stringContaining('1 dead letter.') as string });
    expect(await program(['replay', '--all', '--direct'], withKafka)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/0 could not be replayed, 1 left\.\nKAFKA_BROKERS: no Kafka answers/) as string,
    });
    expect(await program(['replay', '--all', '--direct'], database)).toMatchObject({ code: 0, output: expect.stringContaining('1 applied') as string });
    expect(await program(['show', 'dead_404', ...api])).toMatchObject({ code: 1 });
    expect(await program(['list', ...api, '--token', 'wrong'])).toMatchObject({ code: 1, output: expect.not.stringContaining(' at ') as string });
    expect(await program(['list', '--url', 'http://127.0.0.1:9'])).toMatchObject({ code: 1, output: expect.stringContaining('does not answer') as string });
    expect(await program(['list', '--direct'])).toMatchObject({ code: 1, output: expect.stringContaining('DATABASE_URL must be set') as string });
    expect(await program(['list', '--direct'], { DATABASE_URL: 'postgres://127.0.0.1:1/x' })).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^DATABASE_URL: no PostgreSQL answers/) as string,
    });
    expect(await program(['replay'])).toMatchObject({ code: 2, output: expect.stringContaining('npm run dead-letters -- list') as string });
    expect(await notes()).toEqual(['one']);
  });
});
