/** Puts every stream of the write model into one generation, by the same way as live projection; goes on where it was interrupted. */
import { streamKey } from '../../../platform/event-store/event-store.ts';
import { createProjection } from '../project.ts';
import { NotTheBuilderError, type Pace } from './pace.ts';
import type { GenerationPorts } from './pointer.ts';

/** Streams of one step: some ten milliseconds of work. */
const PAGE = 50;
/** The checkpoint: `<generation>|<key of the last stream that is in it>`. */
const PROGRESS = 'rebuild';

/** The key of the last stream that is in the generation, by the progress that was saved. */
function lastIn(generation: number, saved: string): string {
  const cut = saved.indexOf('|');
  return saved.slice(0, cut) === String(generation) ? saved.slice(cut + 1) : '';
}

/** Answers the key of the last stream. Live projection may run meanwhile. What cannot be projected is logged and left out, as it does. */
export async function fillGeneration(ports: GenerationPorts, generation: number, pace: Pace, onStreams: (count: number) => void): Promise<void> {
  const { eventStore, generations, logger } = ports;
  const readModels = generations.of(generation);
  let saved = await eventStore.loadCheckpoint(PROGRESS);
  let after = lastIn(generation, saved);
  for (let filled = false; !filled;) {
    filled = await pace.step(PAGE, async () => {
      const refs = await eventStore.listStreams(after, PAGE);
      const last = refs.at(-1);
      if (last === undefined) return true;
      const streams = await eventStore.loadStreams(refs);
      // A projection for each page: whole streams need no memory of earlier ones.
      const { failures } = await createProjection(readModels, eventStore).project([...streams.values()].flat());
      for (const { event, reason } of failures) logger.error({ tenant: event.tenant, event: event.id, reason }, 'an event was left out of the views');
      after = streamKey(last);
      const progress = `${generation}|${after}`;
      // A builder that slept through its lease must not take the progress of its successor back.
      if (!(await eventStore.saveCheckpoint(PROGRESS, progress, saved))) throw new NotTheBuilderError('another process goes on with this build');
      saved = progress;
      onStreams(refs.length);
      return false;
    });
  }
}
