import { expect, test } from 'vitest';
import { createNodeMetrics } from '../../../gateway/node/metrics.ts';

const linesOf = async (metrics: ReturnType<typeof createNodeMetrics>, name: string): Promise<string[]> =>
  (await metrics.render()).body.split('\n').filter((line) => line.startsWith(`lead_intelligence_${name}`));

test('requests are counted by route, method and status, and their time by route', async () => {
  const metrics = createNodeMetrics({ processMetrics: false });
  for (const durationMs of [1, 1.1, 20_000]) metrics.request({ route: '/a', method: 'GET', status: 200, durationMs });
  metrics.request({ route: '/b', method: 'MADE-UP', status: 404, durationMs: 3 });
  const total = async () => linesOf(metrics, 'http_requests_total');
  const expected = [
    'lead_intelligence_http_requests_total{route="/a",method="GET",status="200"} 3',
    'lead_intelligence_http_requests_total{route="/b",method="OTHER",status="404"} 1',
  ];
  expect(await total()).toEqual(expected);
  expect(await total(), 'looking changes nothing').toEqual(expected);
  const seconds = await linesOf(metrics, 'http_request_duration_seconds');
  expect(seconds).toHaveLength(2 * 16);
  for (const [suffix, value] of [
    ['bucket{le="0.001",route="/a"}', 1],
    ['bucket{le="0.0025",route="/a"}', 2],
    ['bucket{le="10",route="/a"}', 2],
    ['bucket{le="+Inf",route="/a"}', 3],
    ['count{route="/a"}', 3],
    ['bucket{le="0.0025",route="/b"}', 0],
    ['bucket{le="0.005",route="/b"}', 1],
  ]) {
    expect(seconds).toContain(`lead_intelligence_http_request_duration_seconds_${suffix} ${value}`);
  }
  expect(Number(seconds.find((line) => line.includes('sum{route="/a"}'))?.split(' ')[1])).toBeCloseTo(20.0021, 9);
});

test('operations are counted whether executed or kept, their time only where they were executed', async () => {
  const metrics = createNodeMetrics({ processMetrics: false });
  metrics.operation({ name: 'List', type: 'query', failed: false, durationMs: 1 });
  metrics.operation({ name: undefined, type: 'mutation', failed: true, durationMs: 1 });
  metrics.operationKept('List');
  metrics.operationKept('Kept');
  expect(await linesOf(metrics, 'graphql_operations_total')).toEqual([
    'lead_intelligence_graphql_operations_total{name="List",type="query",outcome="ok"} 2',
    'lead_intelligence_graphql_operations_total{name="Kept",type="query",outcome="ok"} 1',
    'lead_intelligence_graphql_operations_total{name="anonymous",type="mutation",outcome="failed"} 1',
  ]);
  const counts = (await linesOf(metrics, 'graphql_operation_duration_seconds_count')).map((line) => line.split('count')[1]);
  expect(counts).toEqual(['{name="List",type="query"} 1', '{name="anonymous",type="mutation"} 1']);
});
