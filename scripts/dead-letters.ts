/** `npm run dead-letters -- list | show | replay`: what could not be handled, for people. USAGE says how. */
import { userInfo } from 'node:os';
import { ConfigError } from '../platform/config/variables.ts';
import { EventStoreUnavailableError } from '../platform/event-store/event-store.ts';
import { leaveWith } from '../platform/process/explain.ts';
import { workersConfig, type WorkersConfig } from '../workers/config.ts';
import { ApiRefusedError, ApiUnreachableError, signIn } from './api/client.ts';
import { createApiSource } from './dead-letters/api-source.ts';
import { readArguments, USAGE, UsageError, type Access } from './dead-letters/arguments.ts';
import { connectDirectly, createDirectSource } from './dead-letters/direct-source.ts';
import { runCommand } from './dead-letters/run.ts';
import type { DeadLetterSource } from './dead-letters/source.ts';

function directSource({ databaseUrl, kafkaBrokers }: WorkersConfig): DeadLetterSource {
  if (databaseUrl === undefined) {
    throw new ConfigError(['DATABASE_URL must be set for --direct; the embedded database of `npm start` is asked without --direct, while it runs']);
  }
  return createDirectSource(connectDirectly({ databaseUrl, kafkaBrokers, operator: `operator:${userInfo().username}` }));
}

/** Of --direct. */
let config: WorkersConfig | undefined;

async function openSource({ direct, url, token }: Access): Promise<DeadLetterSource> {
  if (!direct) return createApiSource(await signIn(url, token));
  config = workersConfig(process.env);
  return directSource(config);
}

async function main(): Promise<void> {
  const { asked, access } = readArguments(process.argv.slice(2), Date.now());
  const source = await openSource(access);
  try {
    process.exitCode = await runCommand(source, asked, { print: (line) => console.log(line), complain: (line) => console.error(line) });
  } finally {
    await source.close();
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
  if (error instanceof ApiRefusedError || error instanceof ApiUnreachableError) {
    console.error(error.message);
    process.exit(1);
  }
  // The cause says what the database answered, or that nobody did.
  const cause = error instanceof EventStoreUnavailableError ? (error.cause ?? error) : error;
  leaveWith(cause, config && { ...config, portVariable: 'WORKER_PORT' });
}
