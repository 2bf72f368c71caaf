/** Where the window begins: the only place that knows whether it stands in the desktop app or in a browser. */
import '../look/look.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openEngineClient } from '../client/engine-client.ts';
import { browserShell, desktopShell } from '../client/shell.ts';
import { FloeWindow } from '../screens/floe-window.tsx';
import { desktopPipe, keyOfAddress, socketLink } from './open-pipe.ts';

const place = document.getElementById('window');
if (!place) throw new Error('the page has no place for the window');
const desktop = window.desktop;
const key = desktop ? undefined : keyOfAddress();
const client = openEngineClient({ openPipe: desktop ? () => desktopPipe(desktop) : socketLink, key });
createRoot(place).render(
  <StrictMode>
    <FloeWindow client={client} shell={desktop ? desktopShell(desktop) : browserShell} />
  </StrictMode>,
);
