import { describe, expect, it } from 'vitest';
import type { PropertyChange } from '../../../workers/matching/triggers.ts';
import { createWalks } from '../../../workers/matching/walks.ts';
import { homeId } from '../../support/a-home.ts';
import { TENANT } from '../../support/given.ts';

const change = (name: string, version = 1, mayEnter = true): PropertyChange => ({ tenant: TENANT, id: homeId(name), version, lane: 'cold', mayEnter });
const { signal } = new AbortController();

describe('walks through the leads', () => {
  it('are one at a time; what comes meanwhile shares the next, with the newest of each home', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const began: PropertyChange[][] = [];
    const walks = createWalks(async (_tenant, changes) => {
      began.push([...changes]);
      await gates[began.length - 1]?.promise;
    });
    const first = walks(TENANT, [change('a')], signal);
    await expect.poll(() => began.length).toBe(1);
    const others = [walks(TENANT, [change('b', 2, false)], signal), walks(TENANT, [change('c'), change('b', 1)], signal)];
    expect(began).toHaveLength(1);
    gates[0]?.resolve();
    await first;
    await expect.poll(() => began.length).toBe(2);
    expect(began[1]).toEqual([change('b', 2, true), change('c')]);
    gates[1]?.resolve();
    await Promise.all(others);
  });

  it('that fail say so to those who shared them, and to nobody else', async () => {
    let walked = 0;
    const walks = createWalks(async () => {
      walked += 1;
      if (walked === 1) throw new Error('no views');
    });
    await expect(walks(TENANT, [change('a')], signal)).rejects.toThrow('no views');
    await expect(walks(TENANT, [change('a')], signal)).resolves.toBeUndefined();
  });
});
