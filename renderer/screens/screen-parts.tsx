/** What every screen opens with: its small name, then its answer in the largest type. And the plain words for a part that is not built yet. */
import type { ReactElement, ReactNode } from 'react';
import type { Part } from '../../app/wire/contract.ts';
import { TextPress } from '../parts/press.tsx';
import { useWords } from '../words/use-words.ts';

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

export function NotBuiltYet({ part }: { readonly part: Part }): ReactElement {
  const { say } = useWords();
  return <p className="unbuilt">{say(`not-built.${part}`)}</p>;
}
