/** A follower over SSE that comes back as clients of the standard do, with Last-Event-ID. */
import { request } from 'node:http';
import { FOLLOW, resultIn, type Connect, type FollowResult } from './connection.ts';

export const connectSse: Connect = ({ port, token, leadId, after, onResult }) => {
  const body = JSON.stringify({ query: FOLLOW, variables: after === '' ? { id: leadId, after } : { id: leadId } });
  const headers = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
    'content-length': Buffer.byteLength(body),
    ...(after === '' ? {} : { 'last-event-id': after }),
  };
  const sent = request({ host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers, agent: false });
  const ended = new Promise<void>((resolve) => {
    sent.on('error', () => resolve()).on('close', () => resolve());
    sent.on('response', (response) => {
      const read = createReader(onResult);
      response.setEncoding('utf8').on('data', read);
      response.on('error', () => resolve()).on('close', () => resolve());
    });
  });
  sent.end(body);
  return { ended, leave: () => void sent.destroy() };
};

/** Only events that came whole count. */
function createReader(onResult: (result: FollowResult) => void): (chunk: string) => void {
  let text = '';
  return (chunk) => {
    text += chunk;
    for (let at = text.indexOf('\n\n'); at !== -1; at = text.indexOf('\n\n')) {
      const [, json] = /^data: (\{.*)$/m.exec(text.slice(0, at)) ?? [];
      text = text.slice(at + 2);
      const result = json === undefined ? null : resultIn(json);
      if (result !== null) onResult(result);
    }
  };
}
