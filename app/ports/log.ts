/** Events with fields. No file names, keys, phrases or chunk contents at any level below 'debug', and no secrets at any level. */

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

export interface Log {
  write(level: LogLevel, event: string, fields?: Readonly<Record<string, string | number | bigint | boolean>>): void;
}
