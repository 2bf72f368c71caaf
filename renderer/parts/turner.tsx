/** The small arrow that opens a folder in a tree, and the box that ticks a row. Both are for the pointer: the list itself takes the keys. */
import { Check, ChevronDown, ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';

export const Turner = ({ isOpen, onTurn }: { readonly isOpen: boolean; readonly onTurn: () => void }): ReactElement => (
  <span
    className="turner"
    aria-hidden="true"
    onClick={(event) => {
      event.stopPropagation();
      onTurn();
    }}
  >
    {isOpen ? <ChevronDown className="icon" /> : <ChevronRight className="icon" />}
  </span>
);

export const TickBox = ({ onTick }: { readonly onTick: () => void }): ReactElement => (
  <span
    className="box"
    aria-hidden="true"
    onClick={(event) => {
      event.stopPropagation();
      onTick();
    }}
  >
    <Check className="icon" />
  </span>
);
