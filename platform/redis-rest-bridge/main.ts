/** `npm run start:bridge`: the bridge as a process. Prints its address when it is ready to be asked; SIGTERM and SIGINT drain it. */
import { pino } from 'pino';
import { ConfigError } from '../config/variables.ts';
import { readBridgeConfig } from './config.ts';
import { startBridge } from './server.ts';

try {
  const { logLevel, ...config } = readBridgeConfig(process.env);
  const logger = pino({ name: 'redis-rest-bridge', level: logLevel }, pino.destination({ dest: 2, sync: true }));
  const bridge = await startBridge({ ...config, logger });
  process.stdout.write(`Redis REST bridge ready on ${bridge.url}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void bridge.stop());
} catch (error) {
  const known = error instanceof ConfigError || (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
