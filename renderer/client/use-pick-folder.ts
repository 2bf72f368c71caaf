/** The system's folder dialog where there is one; otherwise the window opens its own. */
import { useState } from 'react';
import { useShell } from './shell.ts';

export interface FolderPicking {
  readonly isOpen: boolean;
  readonly begin: () => void;
  readonly end: () => void;
}

export function usePickFolder(onChoose: (path: string) => void): FolderPicking {
  const shell = useShell();
  const [isOpen, setOpen] = useState(false);
  return {
    isOpen,
    begin() {
      if (!shell.can('pick-folder')) return setOpen(true);
      void shell.pickFolder().then((path) => path !== undefined && onChoose(path));
      return undefined;
    },
    end: () => setOpen(false),
  };
}
