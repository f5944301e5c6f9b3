import { useEffect } from 'react';
import { useQuery } from 'urql';
import { HEALTH } from '../api/documents.ts';
import type { Component, Health } from '../api/page-types.ts';
import { factorWords } from '../ui/words.ts';

const EVERY_MS = 5_000;
const WORDS = { UP: 'up', DOWN: 'down', UNKNOWN: 'not heard of' } as const;
const CIRCUITS: Readonly<Record<string, string>> = {
  NONE: 'no AI is set up; the rules score',
  CLOSED: 'AI reachable',
  HALF_OPEN: 'AI being tried again',
  OPEN: 'AI cut off; the rules step in',
};

/** Several workers of one role are one part: as well as the worst of them. */
function partsOf(components: readonly Component[]): Component[] {
  const worst = ['DOWN', 'UNKNOWN', 'UP'];
  const byName = Map.groupBy(components, ({ component }) => component);
  return [...byName.values()].flatMap((same) => same.toSorted((a, b) => worst.indexOf(a.status) - worst.indexOf(b.status))[0] ?? []);
}

/** The slowest reader of the log, where any tells how far it is behind. */
function lagOf(components: readonly Component[]): number | null {
  const lags = components.flatMap(({ facts }) => facts.filter(({ name }) => name === 'lag' || name === 'lag_ms').map(({ value }) => Number(value)));
  return lags.length === 0 ? null : Math.max(...lags);
}

function Parts({ health }: { readonly health: Health }) {
  const lag = lagOf(health.components);
  return (
    <>
      <strong className={health.ok ? 'ok' : 'not-ok'}>{health.ok ? 'All parts are up' : 'Not every part is up'}</strong>
      <ul>
        {partsOf(health.components).map(({ component, status, detail }) => (
          <li key={component} className={`part part-${status.toLowerCase()}`} title={detail}>
            <span className="dot" aria-hidden="true" />
            {factorWords(component.replaceAll('-', '_'))}
            {status !== 'UP' && `: ${WORDS[status]}`}
          </li>
        ))}
      </ul>
      {health.scoringCircuit !== null && <span className="muted">Scoring: {CIRCUITS[health.scoringCircuit] ?? health.scoringCircuit}</span>}
      {lag !== null && <span className="muted">Lag: {lag} ms</span>}
    </>
  );
}

/** How the product's parts are, asked every few seconds. */
export function HealthStrip() {
  const [{ data, error }, execute] = useQuery({ query: HEALTH, requestPolicy: 'cache-and-network' });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) execute({ requestPolicy: 'network-only' });
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [execute]);
  return (
    <footer className="health" aria-label="Health" data-testid="health">
      {error && <strong className="not-ok">The server does not answer at the moment.</strong>}
      {!error && data && <Parts health={data.health} />}
    </footer>
  );
}
