/** The words of the chosen language, for components. */
import { createContext, useContext } from 'react';
import { openWords, type Words } from './open-words.ts';

export const WordsContext = createContext<Words>(openWords('en'));
export const useWords = (): Words => useContext(WordsContext);
