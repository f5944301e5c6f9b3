interface Props<T extends string> {
  readonly id: string;
  readonly label: string;
  /** What the empty choice is called; absent: there is none. */
  readonly any?: string;
  readonly value: T | undefined;
  readonly options: readonly (readonly [value: T, words: string])[];
  readonly onChange: (value: T | undefined) => void;
}

export function Choice<T extends string>({ id, label, any, value, options, onChange }: Props<T>) {
  const choose = (chosen: string): void => onChange(options.find(([option]) => option === chosen)?.[0]);
  return (
    <label className={`filter filter-${id}`} htmlFor={`filter-${id}`}>
      <span>{label}</span>
      <select
        id={`filter-${id}`}
        value={value ?? ''}
        data-testid={`filter-${id}`}
        data-chosen={any !== undefined && value !== undefined}
        onChange={(event) => choose(event.target.value)}
      >
        {any !== undefined && <option value="">{any}</option>}
        {options.map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
