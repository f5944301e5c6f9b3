import { inWords } from '../ui/words.ts';
import type { Field } from './lead-fields.ts';

interface Props {
  readonly field: Field;
  readonly value: string;
  readonly problem: string | null;
  readonly onChange: (text: string) => void;
}

const MODES = { money: 'decimal', number: 'decimal', tel: 'tel', email: 'email' } as const;

function Control({ field: { name, kind, options, step }, value, problem, onChange }: Props) {
  const common = {
    id: name,
    name,
    value,
    'data-testid': `field-${name}`,
    'aria-invalid': problem !== null,
    'aria-describedby': `${name}-about`,
    onChange: (event: { readonly target: { readonly value: string } }) => onChange(event.target.value),
  };
  if (kind === 'choice') {
    return (
      <select {...common}>
        {(options ?? []).map((option) => (
          <option key={option} value={option}>
            {inWords(option)}
          </option>
        ))}
      </select>
    );
  }
  if (kind === 'words') return <textarea {...common} rows={2} />;
  const mode = kind in MODES ? MODES[kind as keyof typeof MODES] : 'text';
  return <input {...common} type={kind === 'number' ? 'number' : 'text'} min={0} step={step ?? 1} inputMode={mode} autoComplete="off" />;
}

export function FormField(props: Props) {
  const { field, problem } = props;
  return (
    <div className={field.isWide ? 'field field-wide' : 'field'}>
      <label htmlFor={field.name}>{field.label}</label>
      <Control {...props} />
      <span
        id={`${field.name}-about`}
        className={problem === null ? 'hint muted' : 'hint problem'}
        data-testid={problem === null ? undefined : `problem-${field.name}`}
      >
        {problem ?? field.hint ?? ''}
      </span>
    </div>
  );
}
