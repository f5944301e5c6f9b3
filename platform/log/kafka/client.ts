/** kafkajs as this product sets it up. */
import { Kafka, logLevel, type logCreator } from 'kafkajs';
import type { Logger } from '../../telemetry/logger.ts';
import { quickenKafkaProduce } from './quick-produce.ts';
import { quietKafkaTimers } from './quiet-timers.ts';

export interface KafkaAddress {
  readonly brokers: readonly string[];
  readonly clientId: string;
}

const CONNECTION_TIMEOUT_MS = 1_000;

/** A client whose requests are given up after requestTimeoutMs. It connects nowhere yet. */
export function kafkaClient(address: KafkaAddress, requestTimeoutMs: number, logger: Logger): Kafka {
  quietKafkaTimers();
  quickenKafkaProduce();
  return new Kafka({
    brokers: [...address.brokers],
    clientId: address.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    // Finding a broker that answers; what is done about a failed request is decided where it is made.
    retry: { retries: 5, initialRetryTime: 50, maxRetryTime: 1_000 },
    logLevel: logLevel.WARN,
    logCreator: intoLogger(logger),
  });
}

/**
 * For looking closely only: kafkajs reports each of its own tries as an error, several a second while a broker is gone.
 * What matters comes to us as a rejection. Its entries hold no values.
 */
const intoLogger =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, label, log: { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } }) =>
    logger.debug({ ...fields, kafkajs: namespace, label }, `kafkajs: ${message}`);
