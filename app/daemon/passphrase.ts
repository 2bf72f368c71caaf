/** The vault's passphrase: from a file, the environment, or a prompt on a terminal. Never from a flag: other users could read it. */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Fault } from '../domain/fault.ts';

export async function readPassphrase(file: string | undefined): Promise<string | undefined> {
  if (file !== undefined) {
    try {
      return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
    } catch (cause) {
      throw new Fault('bad-input', 'after-user', `The passphrase file ${file} cannot be read.`, cause);
    }
  }
  const fromEnvironment = process.env['FLOE_PASSPHRASE'];
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
  return process.stdin.isTTY ? prompt('Passphrase of the vault: ') : undefined;
}

/** A line from the terminal that is not shown. */
function prompt(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write(question);
  return new Promise((resolve) => {
    lines.question('', (answer) => {
      lines.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}

/** The words of a phrase file. */
export async function readPhraseFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Fault('bad-input', 'after-user', `The phrase file ${file} cannot be read.`, cause);
  }
}
