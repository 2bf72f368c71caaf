/** A line of text to type: label, field, and what is wrong in words below it, never only a red edge. */
import type { ReactElement, ReactNode } from 'react';
import { Input, Label, SearchField, TextField } from 'react-aria-components';
import { Search } from 'lucide-react';

export const TextLine = ({
  label,
  value,
  onChange,
  wrong,
  isSecret = false,
  isMono = false,
  autoFocus = false,
  after,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly wrong?: string | undefined;
  readonly isSecret?: boolean;
  readonly isMono?: boolean;
  readonly autoFocus?: boolean;
  readonly after?: ReactNode;
}): ReactElement => (
  <div>
    <TextField
      className="labelled"
      value={value}
      onChange={onChange}
      isInvalid={wrong !== undefined}
      type={isSecret ? 'password' : 'text'}
      autoFocus={autoFocus}
      autoComplete="off"
    >
      <Label>{label}</Label>
      <span className="line">
        <span className="field grow">
          <Input className={isMono ? 'mono' : ''} spellCheck="false" />
        </span>
        {after}
      </span>
    </TextField>
    {wrong !== undefined && (
      <p className="field-wrong" role="alert">
        {wrong}
      </p>
    )}
  </div>
);

export const FilterLine = ({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): ReactElement => (
  <SearchField className="field filter" aria-label={label} value={value} onChange={onChange}>
    <Search className="icon" aria-hidden="true" />
    <Input placeholder={label} data-filter="" />
  </SearchField>
);
