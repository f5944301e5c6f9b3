import { useDesk } from '../session/signed-in.tsx';
import { ReceiptTrail } from './receipt-trail.tsx';
import { useStore } from '../ui/use-store.ts';

/** What this person asked for lately, at the edge of the page. */
export function ReceiptTray() {
  const { receipts } = useDesk();
  const asked = useStore(receipts.all);
  return (
    <aside className="tray" aria-label="What you asked for">
      {asked.map(({ key, title, receipt, problem }) => (
        <div key={key} className="card tray-item">
          <div className="tray-head">
            <strong>{title}</strong>
            <button type="button" className="icon-button" aria-label={`Dismiss: ${title}`} onClick={() => receipts.dismiss(key)}>
              ×
            </button>
          </div>
          {problem ? (
            <p className="notice notice-warn" role="alert">
              {problem.message}
            </p>
          ) : (
            <ReceiptTrail receipt={receipt} />
          )}
        </div>
      ))}
    </aside>
  );
}
