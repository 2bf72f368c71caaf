/** What carries frames: texts in order, both ways, until one side closes. Each transport is one pipe; all behave the same. */

export interface Pipe {
  send(text: string): void;
  /** Set once, before anything arrives; what is not text arrives as undefined. */
  onText(listener: (text: string | undefined) => void): void;
  /** Called once, whoever closed. */
  onClose(listener: () => void): void;
  close(): void;
}
