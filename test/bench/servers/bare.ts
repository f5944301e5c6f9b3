/** What node:http can do at all: reads the body and answers the same bytes. For a lead or a page it has to look into the body for which one. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { announce, readPeerFile } from './peer-data.ts';

const file = readPeerFile();
const list = Buffer.from(file.list);
const ready = (texts: Readonly<Record<string, string>>) => new Map(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text)]));
const byId = ready(file.byId);
const pages = ready(file.pages);

function answerFor({ url }: IncomingMessage, body: string): Buffer | undefined {
  if (url === '/list') return list;
  const { variables } = JSON.parse(body) as { variables: { id: string; after?: string | null } };
  return url === '/page' ? pages.get(variables.after ?? '') : byId.get(variables.id);
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    const answer = answerFor(request, body);
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json', 'content-length': answer?.length ?? 0 });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
