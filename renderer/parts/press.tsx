/** Buttons: plain, primary (one a screen), quiet, icon. While busy a button keeps its label and its width and takes no second press. */
import type { ReactElement, ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useWords } from '../words/use-words.ts';

export interface PressProps {
  readonly children: ReactNode;
  readonly onPress?: (() => void) | undefined;
  readonly kind?: 'plain' | 'primary' | 'quiet';
  readonly size?: 'small' | 'usual' | 'large';
  readonly isIcon?: boolean;
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  readonly label?: string | undefined;
  /** Id of the words that say why it cannot be pressed. */
  readonly describedBy?: string | undefined;
  readonly autoFocus?: boolean;
  readonly isSubmit?: boolean;
}

export function Press({
  children,
  onPress,
  kind = 'plain',
  size = 'usual',
  isIcon = false,
  isBusy = false,
  isDisabled = false,
  label,
  describedBy,
  autoFocus = false,
  isSubmit = false,
}: PressProps): ReactElement {
  const looks = [
    'button',
    kind === 'plain' ? '' : kind,
    size === 'usual' ? '' : size,
    isIcon ? 'icon-only' : '',
    isBusy ? 'is-busy' : '',
  ];
  return (
    <Button
      className={looks.filter((each) => each !== '').join(' ')}
      type={isSubmit && !isBusy ? 'submit' : 'button'}
      autoFocus={autoFocus}
      isDisabled={isDisabled}
      {...(onPress && !isBusy ? { onPress } : {})}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
    >
      {children}
      {isBusy && <Busy />}
    </Button>
  );
}

/** What assistive technology hears of a button that works. */
export function Busy(): ReactElement {
  const { say } = useWords();
  return <span className="unseen">{say('part.busy')}</span>;
}

export const TextPress = ({
  children,
  onPress,
  className = 'text-button',
}: {
  readonly children: ReactNode;
  readonly onPress: () => void;
  readonly className?: string;
}): ReactElement => (
  <Button className={className} onPress={onPress}>
    {children}
  </Button>
);
