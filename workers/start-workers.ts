/** Starts roles over ports that somebody else made, and stops them again. */
import { LANES, type Lane } from '../domain/messages.ts';
import { createLanes } from './kit/lanes/lanes.ts';
import { reportStatus } from './kit/status.ts';
import type { HttpAnswer, HttpRequest, Role, RoleName, RunningRole, WorkerPorts } from './kit/role.ts';

export interface RunningWorkers {
  readonly roles: ReadonlyMap<string, RunningRole>;
  answer(request: HttpRequest): Promise<HttpAnswer | null>;
  /** Consumers first hand back what is not done; the ports stay open for who made them to close. */
  stop(): Promise<void>;
}

/** `lanes`: those that the roles consume. Resolves once every role works; where one cannot start, those that did are stopped and the error is let out. */
export async function startWorkers(roles: readonly Role[], ports: WorkerPorts, lanes: readonly Lane[] = LANES): Promise<RunningWorkers> {
  const running = new Map<RoleName, RunningRole>();
  const shared: WorkerPorts = { ...ports, lanes: ports.lanes ?? createLanes({ own: lanes }) };
  const stopAll = async (): Promise<void> => {
    // All of them end before an error of one is let out: the caller closes the ports then.
    const stopped = await Promise.allSettled([...running.values()].map((role) => role.stop()));
    const failed = stopped.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  };
  try {
    for (const role of roles) running.set(role.name, await role.start(shared));
  } catch (error) {
    await stopAll();
    throw error;
  }
  const status = reportStatus(ports, running);
  return {
    roles: running,
    async answer(request) {
      for (const role of running.values()) {
        const answer = await role.answer?.(request);
        if (answer) return answer;
      }
      return null;
    },
    async stop() {
      await status.stop();
      await stopAll();
    },
  };
}
