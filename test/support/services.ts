/** Suites over real services: they run where the service runs, say loudly why they do not, and fail for that under CI=true. */
import { describe, expect, inject, it } from 'vitest';
import type { Missing, ServicesUnderTest } from './services.setup.ts';

export type ServiceName = keyof ServicesUnderTest;
export type Available<K extends ServiceName> = Exclude<ServicesUnderTest[K], Missing>;
export type AvailableServices<K extends ServiceName> = { readonly [Name in K]: Available<Name> };

/**
 * A `describe` that gets the addresses of the services that it needs:
 * `describeWithServices('the Kafka log', ['kafka'], ({ kafka }) => { it(…) })`.
 * Where one is missing the suite is skipped with the reason; with CI=true it throws.
 */
export function describeWithServices<K extends ServiceName>(title: string, names: readonly K[], body: (services: AvailableServices<K>) => void): void {
  const services = inject('services');
  const available = areAvailable(services, names);
  const reasons = names.flatMap((name) => reasonOf(services, name) ?? []).join('; ');
  if (!available) sayWhy(`"${title}" cannot run: ${reasons}`);
  const skipped = available ? '' : ` [skipped: ${reasons}]`;
  describe.skipIf(!available)(`${title}${skipped}`, () => {
    const suite = available ? () => body(services) : () => it('needs its services', () => expect.unreachable());
    suite();
  });
}

/** No suite is skipped silently, and none at all where the services must be there. */
function sayWhy(sentence: string): void {
  if (process.env['CI'] === 'true') throw new Error(sentence);
  console.warn(`\n!!! SKIPPED: ${sentence}\n`);
}

function reasonOf(services: ServicesUnderTest, name: ServiceName): string | undefined {
  const service = services[name];
  return 'missing' in service ? `${name} is missing: ${service.missing}` : undefined;
}

const areAvailable = <K extends ServiceName>(services: ServicesUnderTest, names: readonly K[]): services is ServicesUnderTest & AvailableServices<K> =>
  names.every((name) => reasonOf(services, name) === undefined);
