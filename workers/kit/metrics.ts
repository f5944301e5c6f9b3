/** Prometheus text of a worker process: node's own figures, and every number that a role's health names. */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { RunningRole } from './role.ts';

export function createWorkerMetrics(roles: ReadonlyMap<string, RunningRole>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'lead_intelligence_' });
  const up = new Gauge({
    name: 'lead_intelligence_role_up',
    help: '1 while the role works',
    labelNames: ['role'],
    registers: [],
    collect() {
      for (const [role, running] of roles) this.set({ role }, running.health().ok ? 1 : 0);
    },
  });
  const fact = new Gauge({
    name: 'lead_intelligence_role_fact',
    help: "Numbers of the roles' health by name; those that end in _total only grow",
    labelNames: ['role', 'fact'],
    registers: [],
    collect() {
      for (const [role, running] of roles)
        for (const [fact, value] of Object.entries(running.health().facts)) if (typeof value === 'number') this.set({ role, fact }, value);
    },
  });
  registry.registerMetric(up);
  registry.registerMetric(fact);
  return registry;
}
