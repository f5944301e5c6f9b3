import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LANES, type Lane } from '../../../domain/messages.ts';
import type { LogBatch } from '../../../platform/log/log.ts';
import { createTableLog } from '../../../platform/log/table-log.ts';
import { commandTopic } from '../../../platform/log/topics.ts';
import { consumeLanes } from '../../../workers/kit/consume-lanes.ts';
import type { Role, WorkerPorts } from '../../../workers/kit/role.ts';
import { startWorkers } from '../../../workers/start-workers.ts';
import { describeWithServices } from '../../support/services.ts';
import { startWorkerKit, WAIT, type WorkerKit } from '../../support/worker-kit.ts';

describeWithServices('the roles of a process and their lanes', ['postgres'], ({ postgres }) => {
  let kit: WorkerKit;
  beforeAll(async () => {
    kit = await startWorkerKit(postgres.url);
  });
  afterAll(() => kit.stop());

  const append = (lane: Lane, count: number): Promise<void> =>
    kit.ports.log.append(Array.from({ length: count }, (_, n) => ({ topic: commandTopic(lane), key: `${lane}-${n}`, value: '{}' })));
  /** A log of its own, with topics that no other case reads. */
  const freshProcess = (): WorkerPorts => ({
    ...kit.newProcess(),
    log: createTableLog({ sql: kit.database.another(), notify: true, instance: `lanes-${randomBytes(3).toString('hex')}` }),
  });

  it('work on a hot record while a backlog of cold ones holds every slot', async () => {
    const held = Promise.withResolvers<void>();
    const handled: Record<string, number> = { hot: 0, warm: 0, cold: 0 };
    let coldBegan = 0;
    const ports = freshProcess();
    const consumerOf = (name: 'command-handler' | 'projector'): Role => ({
      name,
      async start(given) {
        const consumers = await consumeLanes({
          ports: given,
          role: name,
          topicOf: commandTopic,
          recordsMax: 500,
          async handle({ records, topic }) {
            const lane = LANES.find((each) => commandTopic(each) === topic) ?? 'hot';
            if (lane === 'cold') {
              coldBegan += 1;
              await held.promise;
            }
            handled[lane] = (handled[lane] ?? 0) + records.length;
          },
        });
        return { stop: () => consumers.stop(), health: () => consumers.health('works') };
      },
    });
    await append('cold', 400);
    const workers = await startWorkers([consumerOf('command-handler'), consumerOf('projector')], ports);
    try {
      await vi.waitFor(() => expect(coldBegan).toBe(8), WAIT);
      await append('hot', 5);
      await append('warm', 5);
      // Each role has a group of its own and sees everything.
      await vi.waitFor(() => expect(handled).toEqual({ hot: 10, warm: 10, cold: 0 }), WAIT);
      const facts = workers.roles.get('projector')?.health().facts;
      // Slots that the roles share: each tells of those of both.
      expect(facts).toMatchObject({ cold_slots: 8, hot_slots: 0, deadlines_total: 0 });
      expect(facts?.['cold_oldest_ms']).toBeGreaterThan(0);
      held.resolve();
      await vi.waitFor(() => expect(handled['cold']).toBe(800), WAIT);
    } finally {
      held.resolve();
      await workers.stop();
      await ports.log.close();
    }
  });

  it('leave the lanes that they were not given to another process', async () => {
    const [topics, ports] = [`lanes.split.${randomBytes(4).toString('hex')}`, freshProcess()];
    const topicOf = (lane: Lane): string => `${topics}.${lane}`;
    await ports.log.ensureTopics(LANES.map(topicOf));
    const took: string[] = [];
    const consumer = (instance: string): Role => ({
      name: 'projector',
      async start(given) {
        const handle = async ({ topic, records }: LogBatch): Promise<void> =>
          void took.push(...records.map(() => `${instance} ${topic.slice(topics.length + 1)}`));
        const consumers = await consumeLanes({ ports: given, role: 'projector', topicOf, recordsMax: 10, handle });
        return { stop: () => consumers.stop(), health: () => consumers.health('works') };
      },
    });
    const hot = await startWorkers([consumer('first')], ports, ['hot']);
    const others = await startWorkers([consumer('second')], ports, ['warm', 'cold']);
    try {
      await ports.log.append(LANES.map((lane) => ({ topic: topicOf(lane), key: 'a', value: '{}' })));
      await vi.waitFor(() => expect(took.toSorted()).toEqual(['first hot', 'second cold', 'second warm']), WAIT);
    } finally {
      await Promise.all([hot.stop(), others.stop()]);
      await ports.log.close();
    }
  });

  it('give up a handler at its deadline, say so, and go on with the record when it comes again', async () => {
    const ports = freshProcess();
    const topic = `lanes.deadline.${randomBytes(4).toString('hex')}`;
    await ports.log.ensureTopics([topic]);
    await ports.log.append([{ topic, key: 'a', value: '{}' }]);
    const signals: AbortSignal[] = [];
    const consumers = await consumeLanes({
      ports,
      role: 'projector',
      topicOf: () => topic,
      recordsMax: 10,
      deadlineMs: 200,
      async handle({ signal }) {
        signals.push(signal);
        if (signals.length <= LANES.length) await new Promise(() => undefined);
      },
    });
    try {
      // The three groups read one topic here.
      await vi.waitFor(() => expect(consumers.facts()).toMatchObject({ handled_total: LANES.length, deadlines_total: LANES.length }), WAIT);
      expect(signals.slice(0, LANES.length).every(({ aborted }) => aborted)).toBe(true);
    } finally {
      await consumers.stop();
      await ports.log.close();
    }
  });
});
