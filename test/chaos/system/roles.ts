/** Which processes make up the product in a run. */
import type { Cluster } from './cluster.ts';
import type { ProcessSpec } from './supervisor.ts';

export const WORKER = 'workers/main.ts';

/** One worker process of these roles. `entry` may stand in for the product's own. */
export function workerSpec(cluster: Cluster, name: string, roles: string, entry: string = WORKER): ProcessSpec {
  const port = roles.split(',').includes('origin') ? new URL(cluster.env['ORIGIN_URL'] ?? '').port : '0';
  return { name, args: [entry, `--roles=${roles}`], env: { ...cluster.env, WORKER_PORT: port } };
}

export function gatewaySpecs(cluster: Cluster): ProcessSpec[] {
  return cluster.gatewayPorts.map((port, index) => ({
    name: `gateway-${index + 1}`,
    args: ['gateway/main.node.ts'],
    env: { ...cluster.env, PORT: String(port) },
  }));
}

/** The scaled size: two of whatever there may be several of. */
export function allSpecs(cluster: Cluster): ProcessSpec[] {
  const twice = ['command-handler', 'relay', 'projector'].flatMap((role) => [1, 2].map((number) => workerSpec(cluster, `${role}-${number}`, role)));
  return [...gatewaySpecs(cluster), ...twice, workerSpec(cluster, 'origin', 'origin'), workerSpec(cluster, 'scoring-matching', 'scoring,matching')];
}
