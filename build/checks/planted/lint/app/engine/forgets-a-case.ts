/** Breaks: a switch over a closed union names every case. */
import type { Colour } from '../domain/clean.ts';

export function words(colour: Colour): string {
  switch (colour) {
    case 'red':
      return 'stop';
  }
  return '';
}
