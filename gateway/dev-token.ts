/**
 * POST /dev/token: signs in as a demo user, without a password. Therefore only where the process was told to, and only for callers on this very
 * machine: by the connection's address, by the name they used for us (a foreign name that was pointed at 127.0.0.1 is refused), and not for pages
 * of other origins.
 */
import type { Role } from '../domain/agent/agent.ts';
import { tenantId, type TenantId } from '../domain/ids.ts';
import { jsonAnswer, methodNotAllowed } from './answers.ts';
import { isLoopback } from './config.ts';
import { isCrossOrigin } from './plugins/cross-origin.ts';
import { capBody } from './plugins/body-cap.ts';
import type { RequestInfo } from './request-context.ts';

export interface DemoUser {
  /** By which POST /dev/token picks it. */
  readonly user: string;
  readonly name: string;
  readonly subject: string;
  readonly tenant: TenantId;
  readonly roles: readonly Role[];
}
export interface DevTokens {
  /** The first one is who signs in by default. */
  readonly users: readonly [DemoUser, ...DemoUser[]];
  sign(user: DemoUser): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
}

const DEMO_TENANT = tenantId('demo');
export const DEMO_USERS: DevTokens['users'] = [
  { user: 'admin', name: 'Demo admin', subject: 'demo-admin', tenant: DEMO_TENANT, roles: ['ADMIN'] },
  { user: 'manager', name: 'Demo manager', subject: 'demo-manager', tenant: DEMO_TENANT, roles: ['MANAGER'] },
  { user: 'agent', name: 'Demo agent', subject: 'demo-agent', tenant: DEMO_TENANT, roles: ['AGENT'] },
];

const BODY_BYTES_MAX = 1_024;

const problem = (status: number, code: string, message: string): Response => jsonAnswer(status, { error: { code, message } });

/** True for callers who may have a dev token. */
export function mayHaveDevToken(request: Request, info: RequestInfo): boolean {
  const url = new URL(request.url);
  return info.remoteAddress !== undefined && isLoopback(info.remoteAddress) && isLoopback(url.hostname) && !isCrossOrigin(request.headers, url.host);
}

export async function answerDevToken(request: Request, info: RequestInfo, devTokens: DevTokens): Promise<Response> {
  if (request.method !== 'POST') return methodNotAllowed('POST');
  if (!mayHaveDevToken(request, info)) return problem(403, 'FORBIDDEN', 'dev tokens are given only to callers on this machine');
  const wanted = await wantedUser(await capBody(request, BODY_BYTES_MAX));
  if (wanted === null) return problem(400, 'BAD_USER_INPUT', 'the body must be empty or JSON like {"user": "admin"}');
  const user = wanted === '' ? devTokens.users[0] : devTokens.users.find((one) => one.user === wanted);
  if (user === undefined)
    return problem(400, 'BAD_USER_INPUT', `there is no demo user of that name; there are: ${devTokens.users.map((one) => one.user).join(', ')}`);
  const { token, expiresAtMs } = await devTokens.sign(user);
  const { name, subject, tenant, roles } = user;
  return jsonAnswer(200, { token, expiresAt: new Date(expiresAtMs).toISOString(), user: { user: user.user, name, subject, tenant, roles } });
}

/** '' where the body names none; null where the body makes no sense. */
async function wantedUser(request: Request): Promise<string | null> {
  const text = await request.text();
  if (text.trim() === '') return '';
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== 'object' || body === null) return null;
    const user: unknown = 'user' in body ? body.user : '';
    return typeof user === 'string' ? user : null;
  } catch {
    // Not JSON: the caller is told.
    return null;
  }
}
