/** `npm start`: the whole product in one process. What it needs and is not configured is embedded. */
import { leaveWith } from '../platform/process/explain.ts';
import { onStopSignal } from '../platform/process/stop-signal.ts';
import { allInOneConfig, startAllInOne, type AllInOne, type AllInOneConfig } from './start/all-in-one.ts';

function describe({ gateways, parts }: AllInOne, devTokens: boolean, seconds: string): string {
  const [first] = gateways;
  const lines = parts.map(({ part, adapter, embedded }) => `  ${part.padEnd(12)} ${embedded ? 'embedded' : 'real    '}  ${adapter}`);
  return [
    `Ready in ${seconds} s.`,
    '',
    ...gateways.map(({ url }, index) => `  gateway${gateways.length > 1 ? ` ${index + 1}` : '  '}  ${url}   (API: ${url}/graphql)`),
    ...(devTokens ? [`  sign in as the demo user:  ${first?.url}/#sign-in=admin`] : []),
    '',
    ...lines,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

let config: AllInOneConfig | undefined;
try {
  const startedAt = performance.now();
  config = allInOneConfig(process.env);
  const running = await startAllInOne(config);
  onStopSignal(running.logger, () => running.stop());
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(describe(running, config.gateway.devTokens, seconds));
} catch (error) {
  leaveWith(error, config && { ...config.gateway, portVariable: 'PORT' });
}
