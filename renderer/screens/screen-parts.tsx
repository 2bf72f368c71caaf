/** What every screen opens with: its small name, then its answer in the largest type. A claim leads to its evidence. */
import type { ReactElement, ReactNode } from 'react';
import { TextPress } from '../parts/press.tsx';

export const ScreenHead = ({
  name,
  beside,
  children,
}: {
  readonly name: ReactNode;
  readonly beside?: ReactNode;
  readonly children?: ReactNode;
}): ReactElement => (
  <header className="screen-head">
    <h1 className="cut">{name}</h1>
    {beside}
    {children !== undefined && <div className="end">{children}</div>}
  </header>
);

/** A claim in a sentence that leads to its evidence. */
export const Claim = ({
  children,
  onPress,
}: {
  readonly children: ReactNode;
  readonly onPress: () => void;
}): ReactElement => (
  <TextPress className="claim-link" onPress={onPress}>
    {children}
  </TextPress>
);
