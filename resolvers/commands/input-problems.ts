/** The domain's words for what is wrong with an input, in the names that the API has for its fields. */
import type { Decision } from '../../domain/decision.ts';
import { Problem } from '../../domain/problem.ts';
import { badInput } from '../errors.ts';

/** `preferences.budgetMaxMinor` -> `input.preferences.budgetMax`; `interaction.text` -> `input.text`. */
export function apiField(domainField: string): string {
  if (domainField === 'expectedVersion' || domainField === 'idempotencyKey') return domainField;
  const name = domainField
    .replace(/^(interaction|details|lead)\./, '')
    .replace(/^territory\./, '')
    .replace(/Minor$/, '');
  return name === 'input' ? 'input' : `input.${name}`;
}

/** The value, or ApiError (BAD_USER_INPUT) with the field's path. */
export function good<T>(checked: T | Problem): T {
  if (checked instanceof Problem) throw badInput(`${apiField(checked.field)} ${checked.message}`, apiField(checked.field));
  return checked;
}

/** Rules that hold whatever was there before: `decision` is what the command would come to for something new. Throws ApiError (BAD_USER_INPUT). */
export function checkAsNew(decision: Decision): void {
  if (decision.outcome === 'APPLIED') return;
  const { message, field } = decision.rejection;
  const path = field === undefined ? 'input' : apiField(field);
  throw badInput(`${path} ${message}`, path);
}
