import type { Receipt } from '../api/receipt-types.ts';

const STEPS = [
  ['ACCEPTED', 'safe in the log'],
  ['APPLIED', 'recorded'],
  ['VISIBLE', 'seen everywhere'],
] as const;

const tookMs = ({ acceptedAt, visibleAt }: Receipt): number | null => (visibleAt === null ? null : Math.max(0, Date.parse(visibleAt) - Date.parse(acceptedAt)));

/** How far a command came. `receipt`: null while it is on its way to the server. */
export function ReceiptTrail({ receipt }: { readonly receipt: Receipt | null }) {
  const reached = STEPS.findIndex(([status]) => status === receipt?.status);
  const took = receipt && tookMs(receipt);
  return (
    <div className="trail" role="status" aria-live="polite">
      <ol>
        {STEPS.map(([status, meaning], index) => (
          <li key={status} className={index <= reached ? 'step step-done' : 'step'} title={meaning}>
            <span className="dot" aria-hidden="true" />
            {status.toLowerCase()}
          </li>
        ))}
      </ol>
      <span className="trail-words" data-testid="receipt-status" data-status={receipt?.status ?? 'SENDING'}>
        {receipt === null ? 'sending…' : receipt.status}
        {took !== null && ` after ${took} ms`}
      </span>
      {receipt?.error && (
        <p className="notice notice-warn" role="alert">
          {receipt.error.message} <span className="muted">({receipt.error.code})</span>
        </p>
      )}
    </div>
  );
}
