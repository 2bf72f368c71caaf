/**
 * Long lists and trees: only the rows in view exist, heights are fixed, one tab stop for the whole list. Arrows, Home, End and Page keys move; left and
 * right close and open in a tree; Space ticks; Enter opens. The row in focus is told by `aria-activedescendant`, so scrolling never loses the focus.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  type Ref,
} from 'react';

export interface RowFacts {
  readonly key: string;
  readonly cells: readonly ReactNode[];
  /** From 1, in a tree. */
  readonly level?: number;
  /** Undefined: nothing to open. */
  readonly isOpen?: boolean | undefined;
  readonly isTicked?: boolean | undefined;
  /** Groups what follows; cannot be chosen. */
  readonly isHeading?: boolean;
}

export interface RowsHandle {
  readonly focus: () => void;
}

export interface RowsProps {
  readonly label: string;
  readonly kind: 'grid' | 'treegrid';
  readonly count: number;
  readonly rowOf: (index: number) => RowFacts;
  readonly heightOf: (index: number) => number;
  /** CSS grid columns, and the words above them. */
  readonly columns: string;
  readonly head: readonly { readonly words: string; readonly isFigure?: boolean }[];
  readonly chosen: number | undefined;
  readonly onChoose: (index: number) => void;
  readonly onOpen?: (index: number) => void;
  readonly onTick?: (index: number) => void;
  readonly onTurn?: (index: number, isOpen: boolean) => void;
  /** The rows that are about to be seen, for what is fetched by pages. */
  readonly onRange?: (first: number, last: number) => void;
  readonly ref?: Ref<RowsHandle>;
}

const rowsBeyond = 8;
const headHeight = 36;
const pageRows = 12;

export function Rows(props: RowsProps): ReactElement {
  const { label, kind, count, rowOf, heightOf, columns, head, chosen, onChoose, onRange, ref } = props;
  const frame = useRef<HTMLDivElement>(null);
  const id = useId();
  const [hasFocus, setFocus] = useState(false);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => frame.current,
    estimateSize: heightOf,
    overscan: rowsBeyond,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    useFlushSync: false,
  });
  useImperativeHandle(ref, () => ({ focus: () => frame.current?.focus() }), []);
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index, items.at(-1)?.index];
  useEffect(() => {
    if (first !== undefined && last !== undefined) onRange?.(first, last);
  }, [first, last, count, onRange]);

  const move = (to: number, step: 1 | -1): void => {
    let at = Math.min(count - 1, Math.max(0, to));
    while (rowOf(at).isHeading && at + step >= 0 && at + step < count) at += step;
    if (rowOf(at).isHeading) return;
    virtual.scrollToIndex(at);
    onChoose(at);
  };
  return (
    <div
      ref={frame}
      className="rows"
      role={kind}
      aria-label={label}
      aria-rowcount={count + 1}
      tabIndex={0}
      {...(hasFocus && chosen !== undefined ? { 'aria-activedescendant': `${id}-${chosen}` } : {})}
      onFocus={() => setFocus(true)}
      onBlur={() => setFocus(false)}
      onKeyDown={(event) => pressed(event, props, move)}
    >
      <div role="rowgroup" className="row-head-place">
        <div role="row" aria-rowindex={1} className="row-head" style={{ gridTemplateColumns: columns }}>
          {head.map(({ words, isFigure }, place) => (
            <span key={place} role="columnheader" className={isFigure ? 'figure' : 'cut'}>
              {words}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="row-space" style={{ blockSize: virtual.getTotalSize() }}>
        {items.map((item) => {
          const facts = rowOf(item.index);
          return (
            <Row
              key={facts.key}
              id={`${id}-${item.index}`}
              facts={facts}
              index={item.index}
              top={item.start - headHeight}
              height={item.size}
              columns={columns}
              isChosen={item.index === chosen}
              isInFocus={hasFocus && item.index === chosen}
              onChoose={onChoose}
              onOpen={props.onOpen}
            />
          );
        })}
      </div>
    </div>
  );
}

function Row({
  id,
  facts,
  index,
  top,
  height,
  columns,
  isChosen,
  isInFocus,
  onChoose,
  onOpen,
}: {
  readonly id: string;
  readonly facts: RowFacts;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly columns: string;
  readonly isChosen: boolean;
  readonly isInFocus: boolean;
  readonly onChoose: (index: number) => void;
  readonly onOpen: ((index: number) => void) | undefined;
}): ReactElement {
  const { cells, level, isOpen, isTicked, isHeading = false } = facts;
  return (
    <div
      id={id}
      role="row"
      className={`virtual-row${isHeading ? ' is-heading' : ''}${isTicked ? ' is-ticked' : ''}`}
      aria-rowindex={index + 2}
      {...(level === undefined ? {} : { 'aria-level': level })}
      {...(isOpen === undefined ? {} : { 'aria-expanded': isOpen })}
      {...(isHeading ? {} : { 'aria-selected': isChosen })}
      {...(isInFocus ? { 'data-active': '' } : {})}
      style={{ transform: `translateY(${top}px)`, blockSize: height, gridTemplateColumns: isHeading ? '1fr' : columns }}
      onClick={() => !isHeading && onChoose(index)}
      onDoubleClick={() => !isHeading && onOpen?.(index)}
    >
      {cells.map((cell, place) => (
        <div key={place} role="gridcell">
          {cell}
        </div>
      ))}
    </div>
  );
}

function pressed(
  event: KeyboardEvent<HTMLDivElement>,
  { count, chosen, rowOf, onOpen, onTick, onTurn }: RowsProps,
  move: (to: number, step: 1 | -1) => void,
): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey || count === 0) return;
  const at = chosen ?? -1;
  const facts = at >= 0 && at < count ? rowOf(at) : undefined;
  const steps: Readonly<Record<string, readonly [number, 1 | -1]>> = {
    ArrowDown: [at + 1, 1],
    ArrowUp: [Math.max(0, at - 1), -1],
    Home: [0, 1],
    End: [count - 1, -1],
    PageDown: [at + pageRows, 1],
    PageUp: [at - pageRows, -1],
  };
  const step = steps[event.key];
  if (step) move(...step);
  else if (facts && event.key === 'Enter' && onOpen) onOpen(at);
  else if (facts && event.key === ' ' && onTick) onTick(at);
  else if (facts && event.key === 'ArrowRight' && facts.isOpen === false) onTurn?.(at, true);
  else if (facts && event.key === 'ArrowLeft' && facts.isOpen === true) onTurn?.(at, false);
  else if (facts && event.key === 'ArrowLeft' && (facts.level ?? 1) > 1)
    move(parentOf(at, facts.level ?? 1, rowOf), -1);
  else return;
  event.preventDefault();
}

function parentOf(index: number, level: number, rowOf: (index: number) => RowFacts): number {
  for (let at = index - 1; at >= 0; at--) if ((rowOf(at).level ?? 1) < level) return at;
  return index;
}
