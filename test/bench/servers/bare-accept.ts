/**
 * What node:http can do at all with commands: reads the body, takes its JSON apart, puts one record into the log that is a table, and answers a receipt.
 * No token, no GraphQL, nothing checked; `none` in place of the database leaves the log out as well.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '../../../platform/event-store/connect.ts';
import { createTableLog } from '../../../platform/log/table-log.ts';
import { commandTopic } from '../../../platform/log/topics.ts';
import { newId } from '../../../platform/messages/new-id.ts';
import { announce } from './peer-data.ts';

interface Asked {
  readonly query: string;
  readonly variables: { readonly input: Readonly<Record<string, unknown>> };
}

const [, , database = 'none'] = process.argv;
const log = database === 'none' ? undefined : createTableLog({ sql: connect(database), notify: true, instance: 'bare' });

async function answerTo(body: string): Promise<string> {
  const { query, variables } = JSON.parse(body) as Asked;
  const id = newId('command', Date.now());
  const name = query.includes('createLead') ? 'createLead' : 'recordInteraction';
  const value = JSON.stringify({ id, issuedAt: new Date().toISOString(), command: { type: name, ...variables.input } });
  await log?.append([{ topic: commandTopic('hot'), key: `demo:${id}`, value, headers: { type: name, 'command-id': id } }]);
  return JSON.stringify({ data: { [name]: { id, status: 'ACCEPTED' } } });
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    const send = (status: number, text: string): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    answerTo(body).then(
      (text) => send(200, text),
      (error: unknown) => send(500, JSON.stringify({ errors: [{ message: String(error) }] })),
    );
  });
});
server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
