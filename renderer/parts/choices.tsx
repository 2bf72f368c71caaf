/** Choosing: one of a few beside each other (segment), switches, checks, and one of a few below each other. Behaviour by React Aria, looks by design. */
import { Check } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Checkbox, Label, Radio, RadioGroup, Switch, ToggleButton, ToggleButtonGroup } from 'react-aria-components';

export interface Option<T extends string> {
  readonly id: T;
  readonly words: string;
  readonly count?: string | undefined;
}

export function Segment<T extends string>({
  label,
  options,
  chosen,
  onChoose,
}: {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
}): ReactElement {
  return (
    <ToggleButtonGroup
      className="segment"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[chosen]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        const option = options.find(({ id }) => id === key);
        if (option) onChoose(option.id);
      }}
    >
      {options.map(({ id, words, count }) => (
        <ToggleButton key={id} id={id}>
          {words}
          {count !== undefined && <span className="faint">{count}</span>}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

export const SwitchLine = ({
  children,
  isOn,
  onChange,
}: {
  readonly children: ReactNode;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}): ReactElement => (
  <Switch className="switch" isSelected={isOn} onChange={onChange}>
    <span className="grow">{children}</span>
    <span className="switch-track" />
  </Switch>
);

export const CheckLine = ({
  children,
  isOn,
  onChange,
  label,
}: {
  readonly children?: ReactNode;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly label?: string;
}): ReactElement => (
  <Checkbox
    className="check"
    isSelected={isOn}
    onChange={onChange}
    {...(label === undefined ? {} : { 'aria-label': label })}
  >
    <span className="box">
      <Check className="icon" aria-hidden="true" />
    </span>
    {children}
  </Checkbox>
);

export function RadioLines<T extends string>({
  label,
  options,
  chosen,
  onChoose,
}: {
  readonly label: string;
  readonly options: readonly { readonly id: T; readonly words: ReactNode }[];
  readonly chosen: T;
  readonly onChoose: (id: T) => void;
}): ReactElement {
  return (
    <RadioGroup
      className="radios"
      value={chosen}
      onChange={(value) => {
        const option = options.find(({ id }) => id === value);
        if (option) onChoose(option.id);
      }}
    >
      <Label className="label">{label}</Label>
      {options.map(({ id, words }) => (
        <Radio key={id} value={id} className="radio">
          <span className="radio-mark" />
          <span className="grow">{words}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
