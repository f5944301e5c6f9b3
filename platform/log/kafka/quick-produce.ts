/** Has kafkajs 2.2.4 send produce requests whose bodies produce-body.ts writes, byte for byte what it would write itself. */
import loaded from 'kafkajs/src/protocol/requests/produce/index.js';
import { produceBody, type PlainProduce } from './produce-body.ts';

interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
interface ProduceProtocol {
  readonly request: { readonly encode: () => Promise<Encoded> };
}
type Make = (parameters: PlainProduce) => ProduceProtocol;
interface ProduceRequests {
  protocol: (version: { readonly version: number }) => Make;
}

/** The versions whose bodies have this form. */
const VERSIONS = { from: 3, to: 7 };

let quick = false;

/** Patches kafkajs once in this process. Throws where its insides are not the ones that this knows. */
export function quickenKafkaProduce(): void {
  if (quick) return;
  const requests = produceRequests();
  const protocol = requests.protocol;
  requests.protocol = ({ version }) => {
    const make = protocol({ version });
    return version < VERSIONS.from || version > VERSIONS.to ? make : (parameters) => quickened(make(parameters), parameters);
  };
  quick = true;
}

function quickened(made: ProduceProtocol, parameters: PlainProduce): ProduceProtocol {
  if (!isPlain(parameters)) return made;
  const encode = async (): Promise<Encoded> => {
    const body = produceBody(parameters, Date.now());
    return { buf: body, buffer: body };
  };
  return { ...made, request: { ...made.request, encode } };
}

/** What other producers may ask for, kafkajs writes: compression, transactions, sequences, keys that are no text, nothing for a value, times of one's own. */
function isPlain(parameters: PlainProduce & { readonly transactionalId?: unknown; readonly producerId?: unknown; readonly compression?: unknown }): boolean {
  const { transactionalId, producerId = -1, compression = 0, topicData } = parameters;
  if (transactionalId != null || Number(producerId) !== -1 || compression !== 0) return false;
  return topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isPlainMessage)));
}

const isPlainMessage = ({ key, value, headers, timestamp }: { key: unknown; value: unknown; headers?: object | undefined; timestamp?: unknown }): boolean =>
  typeof key === 'string' &&
  typeof value === 'string' &&
  timestamp === undefined &&
  (headers === undefined || Object.values(headers).every((text) => typeof text === 'string'));

function produceRequests(): ProduceRequests {
  if (typeof loaded === 'object' && loaded !== null && 'protocol' in loaded && typeof loaded.protocol === 'function') return loaded as ProduceRequests;
  throw new Error('the produce requests of kafkajs have changed: see whether they still need this patch');
}
