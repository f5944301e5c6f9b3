import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/telemetry/pino-logger.ts';

describe('the log', () => {
  it('never holds a bearer token or a secret', () => {
    const lines: string[] = [];
    const logger = createLogger('info', 'test', { write: (line) => void lines.push(line) });
    logger.info({ request: { headers: { authorization: 'Bearer hunter2' } }, token: 'hunter2', a: { secret: 'hunter2' } }, 'a request');
    logger.debug({}, 'not at this level');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('hunter2');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'test', msg: 'a request' });
  });
});
