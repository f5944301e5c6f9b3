/** What a run of chaos is told to do, and to whom. */
import { expect, it } from 'vitest';
import { faultKinds, faultsAt } from '../../chaos/faults/schedule.ts';
import type { FaultScene } from '../../chaos/faults/fault.ts';

const supervisor = { processes: ['gateway-1', 'gateway-2', 'relay-1'].map((name) => ({ name })) };
const scene = { supervisor } as unknown as FaultScene;
const targetsOf = (...at: string[]): (readonly string[])[] => faultsAt(faultKinds(['kill-process', 'kill-service']), at).map(({ targets }) => targets(scene));

it('--at leaves those targets alone whose names begin otherwise', () => {
  expect(targetsOf('gateway', 'redis')).toEqual([['gateway-1', 'gateway-2'], ['redis']]);
  expect(targetsOf('gateway-2')).toEqual([['gateway-2'], []]);
  expect(targetsOf()).toEqual([
    ['gateway-1', 'gateway-2', 'relay-1'],
    ['postgres', 'kafka', 'redis', 'bridge'],
  ]);
});
