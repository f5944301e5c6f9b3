/**
 * The boards that move: which tenants had news, and what of their figures changed since they were told last. What is told is looked up when it is told:
 * however many leads change in between, it is one look and one message.
 */
import type { TenantId } from '../../domain/ids.ts';
import { figureChanges, figureTotals } from '../../domain/views/board.ts';
import { BOARD_FIGURES, type BoardFigure } from '../../domain/views/board-names.ts';
import { dayOf } from '../../domain/time.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Delivered, LiveBus, LiveMessage } from '../../platform/live-bus/live-bus.ts';
import { forEachBounded } from '../kit/for-each-bounded.ts';
import type { ReadModels } from '../../platform/read-models/read-models.ts';

type Figures = Readonly<Record<BoardFigure, number>>;
interface BoardPorts {
  readonly readModels: Pick<ReadModels, 'totals'>;
  readonly liveBus: Pick<LiveBus, 'publish'>;
  readonly clock: Clock;
}

export interface Boards {
  /** A message of the live bus: the board of its tenant may be another one now. */
  heard(message: Pick<Delivered, 'tenant' | 'kind'>): void;
  /** The boards of these tenants are looked at again, whatever was heard. */
  doubt(tenants: Iterable<TenantId>): void;
  /** What was told before is not known any more: somebody else may have told since. */
  forget(): void;
  /** Tells what changed of the boards in doubt. Rejects where one cannot be read or told; those that were not told stay in doubt. */
  tell(): Promise<void>;
  facts(): { readonly boards: number; readonly told_total: number };
}

/** `id` of the messages that tell of a board: a tenant has one. */
const BOARD_ID = 'board';
const LOOKS_AT_A_TIME = 16;

export function createBoards({ readModels, liveBus, clock }: BoardPorts): Boards {
  const told = new Map<TenantId, Figures>();
  const doubted = new Set<TenantId>();
  let today = '';
  let toldTotal = 0;

  async function figuresOf(tenant: TenantId): Promise<Figures> {
    const totals = figureTotals(today);
    const counts = await readModels.totals({ tenant, kind: 'lead', names: BOARD_FIGURES.map((figure) => totals[figure]) });
    return Object.fromEntries(BOARD_FIGURES.map((figure, at) => [figure, counts[at] ?? 0])) as Record<BoardFigure, number>;
  }

  async function tellOf(tenant: TenantId): Promise<void> {
    const after = await figuresOf(tenant);
    const figures = figureChanges(told.get(tenant), after);
    if (figures.length === 0) return;
    const now = clock.now();
    const message: LiveMessage = { tenant, kind: 'board', id: BOARD_ID, version: now.getTime(), at: now.toISOString(), events: [], figures };
    await liveBus.publish([message]);
    told.set(tenant, after);
    toldTotal += 1;
  }

  /** Figures of today begin anew. */
  function turnDay(): void {
    const day = dayOf(clock.now().toISOString());
    if (day === today) return;
    today = day;
    for (const tenant of told.keys()) doubted.add(tenant);
  }

  return {
    heard({ tenant, kind }) {
      if (kind === 'lead') doubted.add(tenant);
    },
    doubt(tenants) {
      for (const tenant of tenants) doubted.add(tenant);
    },
    forget: () => told.clear(),
    async tell() {
      turnDay();
      const tenants = [...doubted];
      // What is heard from here on is looked at next time.
      doubted.clear();
      const failures: unknown[] = [];
      await forEachBounded(tenants, LOOKS_AT_A_TIME, async (tenant) => {
        await tellOf(tenant).catch((error: unknown) => {
          doubted.add(tenant);
          failures.push(error);
        });
      });
      if (failures.length > 0) throw failures[0];
    },
    facts: () => ({ boards: told.size, told_total: toldTotal }),
  };
}
