/** Changing the pointer of the generations: by compare and set, so that everybody who may change it can do so at any time. */
import type { GenerationPointer } from '../../../platform/read-models/generation-pointer.ts';
import type { Generations } from '../../../platform/read-models/generations.ts';
import type { WorkerPorts } from '../../kit/role.ts';

/** What keeps, builds and compares generations needs. */
export type GenerationPorts = Pick<WorkerPorts, 'eventStore' | 'leases' | 'liveBus' | 'logger' | 'clock' | 'instance'> & { readonly generations: Generations };

type Change = Partial<Pick<GenerationPointer, 'serving' | 'building'>>;

/** Answers the pointer as it was set; null where there is none, or where `change` of what stands there gives null. */
export async function changePointer(generations: Generations, change: (pointer: GenerationPointer) => Change | null): Promise<GenerationPointer | null> {
  for (;;) {
    const { pointer, text } = await generations.read();
    const changes = pointer && change(pointer);
    if (pointer === null || changes === null) return null;
    const after = { ...pointer, ...changes, stamp: pointer.stamp + 1 };
    if (await generations.replace(text, after)) return after;
  }
}
