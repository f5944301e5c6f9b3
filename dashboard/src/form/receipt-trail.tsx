import type { CommandStatus, Receipt } from '../api/receipt-types.ts';

const STEPS = [
  ['ACCEPTED', 'safe in the log'],
  ['APPLIED', 'recorded'],
  ['VISIBLE', 'seen everywhere'],
] as const;
const FAILURES: Readonly<Partial<Record<CommandStatus, readonly [status: string, meaning: string]>>> = {
  REJECTED: ['REJECTED', 'not carried out'],
  DEAD_LETTERED: ['PUT ASIDE', 'for people to look at'],
};

interface Step {
  readonly status: string;
  readonly meaning: string;
  readonly state: 'done' | 'failed' | 'ahead';
}

/** What was accepted is then applied and visible, or fails. */
function stepsOf(status: CommandStatus | null): readonly Step[] {
  const failure = status && FAILURES[status];
  const reached = failure ? 0 : STEPS.findIndex(([step]) => step === status);
  const steps = STEPS.map(([step, meaning], index): Step => ({ status: step, meaning, state: index <= reached ? 'done' : 'ahead' }));
  return failure ? [...steps.slice(0, 1), { status: failure[0], meaning: failure[1], state: 'failed' }] : steps;
}

const tookMs = ({ acceptedAt, visibleAt }: Receipt): number | null => (visibleAt === null ? null : Math.max(0, Date.parse(visibleAt) - Date.parse(acceptedAt)));

/** How far a command came. `receipt`: null while it is on its way to the server. */
export function ReceiptTrail({ receipt }: { readonly receipt: Receipt | null }) {
  const took = receipt && tookMs(receipt);
  return (
    <div className="trail" role="status" aria-live="polite">
      <ol>
        {stepsOf(receipt?.status ?? null).map(({ status, meaning, state }) => (
          <li key={status} className={`step step-${state}`} title={meaning}>
            <span className="dot" aria-hidden="true" />
            {status.toLowerCase()}
          </li>
        ))}
      </ol>
      <span className="trail-words" data-testid="receipt-status" data-status={receipt?.status ?? 'SENDING'}>
        {receipt === null ? 'sending…' : <span className="hidden">{receipt.status} </span>}
        {took !== null && `after ${took} ms`}
      </span>
      {receipt?.error && (
        <p className="notice notice-warn" role="alert">
          {receipt.error.message} <span className="muted">({receipt.error.code})</span>
        </p>
      )}
    </div>
  );
}
