import { useEffect, useState, type FormEvent } from 'react';
import { CREATE_LEAD, UPDATE_LEAD } from '../api/documents.ts';
import type { HubLead } from '../api/hub-types.ts';
import { isFinal } from '../api/receipt-types.ts';
import { Link } from '../ui/link.tsx';
import { FormField } from './field.tsx';
import { FIELD_NAMES, GROUPS, inputOf, problemOf, valuesOf, type Values } from './lead-fields.ts';
import { ReceiptTrail } from './receipt-trail.tsx';
import { useSubmit, type Problem } from './use-submit.ts';

interface Props {
  /** Null: a new lead. */
  readonly lead: HubLead | null;
  /** Reads the lead again; resolves with it. */
  readonly reload: () => Promise<HubLead | null>;
  readonly onAnother: () => void;
}

function Trouble({ problem, onReload }: { readonly problem: Problem; readonly onReload: () => void }) {
  if (problem.code === 'VERSION_CONFLICT') {
    return (
      <p role="alert" className="notice notice-warn" data-testid="version-conflict">
        This lead was changed since you opened the form, so nothing was saved.{' '}
        <button type="button" className="link" onClick={onReload}>
          Reload it and keep what you changed
        </button>
      </p>
    );
  }
  if (problem.field !== null && FIELD_NAMES.has(problem.field)) return null;
  return (
    <p role="alert" className="notice notice-warn">
      {problem.message}
    </p>
  );
}

export function LeadForm({ lead, reload, onAnother }: Props) {
  const [base, setBase] = useState({ values: valuesOf(lead), version: lead?.version ?? 0 });
  const [values, setValues] = useState<Values>(base.values);
  const { isSending, receipt, problem: refusal, send, reset } = useSubmit();
  const [mistake, setMistake] = useState<Problem | null>(null);
  const problem = mistake ?? refusal;
  const problemField = problem?.field ?? null;
  useEffect(() => {
    // The form is long: the field may be out of sight.
    const control = problemField === null ? null : document.getElementById(problemField);
    control?.focus({ preventScroll: true });
    control?.scrollIntoView({ block: 'center' });
  }, [problem, problemField]);
  const input = inputOf(values, lead === null ? {} : base.values);
  const isChanged = Object.keys(inputOf(values, base.values)).length > 0;
  const isWorking = isSending || (receipt !== null && !isFinal(receipt));
  const isDone = receipt?.status === 'VISIBLE';
  const leadId = lead?.id ?? receipt?.leadId ?? null;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wrong = problemOf(values);
    setMistake(wrong && { ...wrong, code: null });
    if (wrong) return;
    if (lead === null) void send(CREATE_LEAD, { input: Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) });
    else void send(UPDATE_LEAD, { input: { leadId: lead.id, ...input }, expectedVersion: base.version });
  };
  const rebase = async (): Promise<void> => {
    const fresh = await reload();
    if (fresh === null) return;
    const now = valuesOf(fresh);
    const mine = Object.entries(values).filter(([name, text]) => text !== base.values[name]);
    reset();
    setBase({ values: now, version: fresh.version });
    setValues({ ...now, ...Object.fromEntries(mine) });
  };

  return (
    <form className="lead-form" onSubmit={submit} noValidate data-testid="lead-form">
      {GROUPS.map(({ title, fields }) => (
        <fieldset key={title} className="card" disabled={isWorking || isDone}>
          <legend>{title}</legend>
          <div className="fields">
            {fields
              .filter(({ onlyNew }) => lead === null || !onlyNew)
              .map((field) => (
                <FormField
                  key={field.name}
                  field={field}
                  value={values[field.name] ?? ''}
                  problem={problem?.field === field.name ? problem.message : null}
                  onChange={(text) => setValues((now) => ({ ...now, [field.name]: text }))}
                />
              ))}
          </div>
        </fieldset>
      ))}
      <div className="card form-end">
        {problem && <Trouble problem={problem} onReload={() => void rebase()} />}
        {(isSending || receipt) && <ReceiptTrail receipt={receipt} />}
        <div className="form-buttons">
          {!isDone && (
            <button type="submit" className="button primary" disabled={isWorking || !isChanged} data-testid="submit">
              {lead === null ? 'Create the lead' : 'Save the changes'}
            </button>
          )}
          {isDone && leadId !== null && (
            <Link className="button primary" href={`/lead/${leadId}`} data-testid="open-lead">
              Open the lead
            </Link>
          )}
          {isDone && lead === null && (
            <button type="button" className="button" onClick={onAnother}>
              Create another
            </button>
          )}
          {!isDone && (
            <Link className="button quiet" href={lead === null ? '/' : `/lead/${lead.id}`}>
              Cancel
            </Link>
          )}
        </div>
      </div>
    </form>
  );
}
