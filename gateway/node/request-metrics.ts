/**
 * What happens with each request, counted here for nearly nothing and taken in by prom-client when somebody looks: its own counters find their series by
 * labels each time, which took a twentieth of a kept answer.
 */
import { Counter, type Registry } from 'prom-client';
import { boundedNames, type GatewayMetrics } from '../metrics.ts';
import { createDurations, type Durations } from './durations.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Route {
  readonly seconds: Durations;
  /** By method and status, since the last look. */
  readonly answered: Map<string, Map<number, number>>;
}

interface Operation {
  seconds: Durations | undefined;
  /** Since the last look. */
  ok: number;
  failed: number;
}

/** `prefix`: of all names. */
export function createRequestMetrics(registry: Registry, prefix: string): Pick<GatewayMetrics, 'request' | 'operation' | 'operationKept'> {
  const registers = [registry];
  const requests = new Counter({
    name: `${prefix}http_requests_total`,
    help: 'HTTP requests answered.',
    labelNames: ['route', 'method', 'status'],
    registers,
    collect() {
      for (const [route, { answered }] of routes) {
        for (const [method, byStatus] of answered) for (const [status, count] of byStatus) requests.inc({ route, method, status }, count);
        answered.clear();
      }
    },
  });
  const requestSeconds = createDurations({
    name: `${prefix}http_request_duration_seconds`,
    help: 'Time until the answer was ready (for streams: until it began).',
    buckets: SECONDS,
    registry,
  });
  const operations = new Counter({
    name: `${prefix}graphql_operations_total`,
    help: 'Queries and mutations answered: executed, or with an answer that was kept.',
    labelNames: ['name', 'type', 'outcome'],
    registers,
    collect() {
      for (const [type, byName] of operationsBy) for (const [name, operation] of byName) takeIn({ name, type }, operation);
    },
  });
  const operationSeconds = createDurations({
    name: `${prefix}graphql_operation_duration_seconds`,
    help: 'Time that queries and mutations took to execute.',
    buckets: SECONDS,
    registry,
  });

  const routes = new Map<string, Route>();
  const routeOf = (route: string): Route => {
    const known = routes.get(route) ?? { seconds: requestSeconds({ route }), answered: new Map() };
    routes.set(route, known);
    return known;
  };
  /** By type and name. */
  const operationsBy = new Map<string, Map<string, Operation>>();
  const operationOf = (type: string, name: string): Operation => {
    const byName = operationsBy.get(type) ?? new Map<string, Operation>();
    const known = byName.get(name) ?? { seconds: undefined, ok: 0, failed: 0 };
    operationsBy.set(type, byName.set(name, known));
    return known;
  };
  const takeIn = (labels: { readonly name: string; readonly type: string }, operation: Operation): void => {
    for (const outcome of ['ok', 'failed'] as const) {
      if (operation[outcome] > 0) operations.inc({ ...labels, outcome }, operation[outcome]);
      operation[outcome] = 0;
    }
  };
  const nameFor = boundedNames();

  return {
    request({ route, method, status, durationMs }) {
      const { seconds, answered } = routeOf(route);
      seconds.observe(durationMs / 1000);
      const known = knownMethod(method);
      const byStatus = answered.get(known) ?? new Map<number, number>();
      answered.set(known, byStatus.set(status, (byStatus.get(status) ?? 0) + 1));
    },
    operation({ type, failed, durationMs, ...observed }) {
      const name = nameFor(observed.name);
      const operation = operationOf(type, name);
      operation.seconds ??= operationSeconds({ name, type });
      operation.seconds.observe(durationMs / 1000);
      operation[failed ? 'failed' : 'ok'] += 1;
    },
    operationKept(name) {
      operationOf('query', nameFor(name)).ok += 1;
    },
  };
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']);
/** Clients can make methods up; labels must stay few. */
const knownMethod = (method: string): string => (METHODS.has(method) ? method : 'OTHER');
