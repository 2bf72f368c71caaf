/**
 * The `Power` port: as a desktop tells it, or as Linux shows it in /sys/class/power_supply. What cannot be read is unknown, never guessed; whether a
 * line is metered nothing there tells.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Power, PowerState } from '../../ports/power.ts';

export interface ToldPower extends Power {
  tell(state: PowerState): void;
}

const unknown: PowerState = { isOnBattery: undefined, isMetered: undefined };

/** What a shell says; until it does, what the system shows. */
export function openToldPower(otherwise: Power): ToldPower {
  let state: PowerState | undefined;
  return {
    now: () => (state === undefined ? otherwise.now() : Promise.resolve(state)),
    tell(told) {
      state = told;
    },
  };
}

/** A computer has a handful of supplies; a folder with more is not read to its end. */
const suppliesMax = 32;

export function openLinuxPower(folder = '/sys/class/power_supply'): Power {
  const word = async (supply: string, name: string): Promise<string> => {
    try {
      return (await readFile(join(folder, supply, name), 'utf8')).trim().toLowerCase();
    } catch {
      // Not every supply tells everything; a battery may be taken out between two reads.
      return '';
    }
  };
  return {
    async now() {
      let supplies: readonly string[];
      try {
        supplies = (await readdir(folder)).slice(0, suppliesMax);
      } catch {
        // Another system, or a container: nobody can tell.
        return unknown;
      }
      let hasLine = false;
      let hasBattery = false;
      let isDischarging = false;
      for (const supply of supplies) {
        const type = await word(supply, 'type');
        if (type === 'mains' || type === 'usb') hasLine ||= (await word(supply, 'online')) === '1';
        // A mouse's or a headset's battery says nothing about the computer.
        if (type !== 'battery' || (await word(supply, 'scope')) === 'device') continue;
        hasBattery = true;
        isDischarging ||= (await word(supply, 'status')) === 'discharging';
      }
      if (!hasBattery) return supplies.length > 0 ? { ...unknown, isOnBattery: false } : unknown;
      return { ...unknown, isOnBattery: isDischarging && !hasLine };
    },
  };
}
