/** Every record that nobody can carry out is in the dead letters, or has a receipt that says why not. */
import type { CheckContext, PromiseCheck } from './check.ts';

export function poisonCheck({ recorded, report }: CheckContext): PromiseCheck {
  return {
    finish({ deadLetters, receipts }) {
      const places = new Set(deadLetters.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`));
      for (const poison of recorded.poisons) {
        const place = `${poison.topic}/${poison.partition}@${poison.offset}`;
        if (places.has(place) || deadLetters.some(({ value }) => value?.includes(poison.marker))) continue;
        const receipt = poison.commandId === null ? null : receipts.get(poison.commandId);
        if (receipt?.status === 'REJECTED' || receipt?.status === 'DEAD_LETTERED') continue;
        report({
          promise: 'poison',
          what: `a poison (${poison.kind}) is not in the dead letters`,
          ids: [poison.marker, place],
          expected: 'a dead letter',
          found: receipt ?? null,
        });
      }
    },
  };
}
