/** Floe's own marks: the status grammar (a plate fills as certainty grows; trouble breaks its shape) and the few signs that lucide does not have. */
import type { ReactElement, ReactNode } from 'react';

const plate = 'M5.3 1.8 11 1.5 14.5 6.3 12.6 12.8 6.4 14.5 1.5 9.6Z';

const Mark = ({
  children,
  className = '',
}: {
  readonly children: ReactNode;
  readonly className?: string;
}): ReactElement => (
  <svg className={`icon ${className}`} viewBox="0 0 16 16" aria-hidden="true">
    {children}
  </svg>
);

export type StatusWord = 'saved' | 'packing' | 'uploading' | 'certified' | 'paused' | 'attention' | 'conflict' | 'held';

const statusMarks: Readonly<Record<StatusWord, ReactNode>> = {
  saved: (
    <>
      <path d={plate} />
      <circle cx="8" cy="8" r="1.9" fill="currentColor" stroke="none" />
    </>
  ),
  packing: <path d={`${plate}M8 8.2 8.3 1.7M8 8.2l5.3 2.3M8 8.2l-4.2 3.7`} />,
  uploading: (
    <>
      <path d={plate} opacity=".38" />
      <path d="M5.3 1.8 11 1.5 14.5 6.3l-1.9 6.5" />
      <path d="M8 11V5.6M5.7 7.7 8 5.4l2.3 2.3" />
    </>
  ),
  certified: (
    <>
      <path d={plate} fill="currentColor" />
      <path d="m5 8.3 2.1 2.1L11.1 6" stroke="var(--bg)" strokeWidth="1.7" />
    </>
  ),
  paused: <path d={`${plate}M6.5 6v4.2M9.5 6v4.2`} />,
  attention: (
    <>
      <path d="M8 2.2 14.6 13.5H1.4Z" fill="currentColor" />
      <path d="M8 6.5v3.2M8 11.7v.05" stroke="var(--bg)" strokeWidth="1.7" />
    </>
  ),
  conflict: (
    <>
      <path d="M4.7 2.3 8.6 2 5.3 13.6 1.5 9Z" fill="currentColor" strokeWidth="1" />
      <path d="M10.9 2.4 14.5 7 12.4 13.3 7.5 13.9Z" />
    </>
  ),
  held: (
    <>
      <path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3L1.5 10.7V5.3Z" fill="currentColor" />
      <path d="M5 8h6" stroke="var(--bg)" strokeWidth="1.9" />
    </>
  ),
};

export const StatusMark = ({ word }: { readonly word: StatusWord }): ReactElement => <Mark>{statusMarks[word]}</Mark>;

export const OverviewMark = (): ReactElement => (
  <Mark>
    <path d="M1.5 7.8 5.6 3.9l5.2-.4 3.7 3.3-3.4 3.3-6 .4Z" />
    <path d="M1.5 7.8v2.3l3.6 2.7 6-.4 3.4-3.3V6.8" />
  </Mark>
);
export const ActivityMark = (): ReactElement => (
  <Mark>
    <path d="M5 13V3.5M2.5 6 5 3.5 7.5 6M11 3v9.5M8.5 10l2.5 2.5 2.5-2.5" />
  </Mark>
);
export const CostMark = (): ReactElement => (
  <Mark>
    <path d="M2.2 4h8M2.2 8h11.6M2.2 12h5" strokeWidth="2.2" />
  </Mark>
);
export const NetworkMark = (): ReactElement => (
  <Mark>
    <path d="M1.8 5.8 5 2.6l4.2.6.6 3.4L6 8.9ZM11.7 4.8l2.5 1.7-.4 4.4-3.2-.9-.5-2.9ZM3.8 10.7l4.6.1 1.3 2.4-4.3.2Z" />
  </Mark>
);

/** A plate of the key beside a floe. */
export type PlateWord = 'holds' | 'slow' | 'silent' | 'waiting';
export const PlateKey = ({ word }: { readonly word: PlateWord }): ReactElement => (
  <Mark>
    <path className={`plate-mark ${word}`} d="M1.5 7 5.5 3l6 .5 3 4-3.5 4-7 .5Z" strokeWidth="1.2" />
  </Mark>
);
export const ThicknessKey = (): ReactElement => (
  <Mark>
    <path className="plate-mark top" d="M1.5 6 5.5 3.5l6 .3 3 2.5-3.5 2.7-7 .5Z" />
    <path className="plate-mark thick" d="M1.5 6 4 9.5l7-.5 3.5-2.7v3.5L11 12.5l-7 .5-2.5-3.5Z" />
  </Mark>
);

export const FloeSlab = (): ReactElement => (
  <svg className="slab" viewBox="0 0 64 64" aria-hidden="true">
    <rect width="64" height="64" rx="14.5" fill="#12384a" />
    <path d="M6 28.5 22 14l22.5-.8L58 25.5v6L46.5 43 18.5 44 6 34.5Z" fill="#6aa5b8" />
    <path d="M6 28.5 22 14l22.5-.8L58 25.5 46.5 37l-28 1Z" fill="#f3f9fb" />
    <path
      d="M22.98 36.5h7.2v1.05c.5 6.5-.7 12.7-3.7 17.45C23.6 50.5 22.6 44.3 23 37.8ZM35.3 36.3h7.2v.84c.3 6.3-.9 12.1-3.7 16.86C36 49.5 34.9 43.8 35.3 37.4Z"
      fill="#f3f9fb"
    />
  </svg>
);
