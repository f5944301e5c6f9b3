/** From a mutation to those who watch. */
import type { Load } from '../load/client.ts';
import type { LiveFigures } from '../load/jobs.ts';
import type { BenchOptions } from '../options.ts';
import { allLeads, type Product } from '../product.ts';

export interface LiveResult extends LiveFigures {
  readonly writeModel: string;
}

export async function benchLive(writeModel: string, product: Product, load: Load, options: BenchOptions): Promise<LiveResult> {
  const leads = await allLeads<{ id: string }>(product, '{ id }');
  const figures = await load.live({ url: product.url, token: product.token, leadIds: leads.map(({ id }) => id), samples: options.liveSamples });
  return { writeModel, ...figures };
}
