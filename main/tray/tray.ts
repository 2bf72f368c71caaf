/** Draws the tray from its model, and does what is clicked. Drawn anew only when something in the model changed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  Menu,
  nativeImage,
  nativeTheme,
  shell,
  Tray,
  type MenuItemConstructorOptions,
  type NativeImage,
} from 'electron';
import type { Connection } from '../../app/link/connect.ts';
import type { Place } from '../../app/wire/shell.ts';
import type { EngineNews } from '../engine/follow.ts';
import type { Words } from '../words/words.ts';
import { trayModel, type TrayAction, type TrayIcon, type TrayItem, type TrayModel } from './tray-model.ts';

export interface TrayOptions {
  /** In the language of the moment. */
  readonly words: () => Words;
  readonly nowMs: () => number;
  /** Folder of the drawn icons. */
  readonly icons: string;
  readonly show: (place: Place | undefined) => void;
  readonly quit: () => void;
  readonly call: (work: (connection: Connection) => Promise<unknown>) => void;
}

export interface FloeTray {
  draw(news: EngineNews): void;
  close(): void;
}

/** macOS colours a template image itself; Windows panels follow its theme; Linux panels are dark nearly everywhere. */
function panel(): string {
  if (process.platform === 'darwin') return 'template';
  return process.platform === 'win32' && !nativeTheme.shouldUseDarkColors ? 'on-light' : 'on-dark';
}

function imageOf(icons: string, icon: TrayIcon): NativeImage {
  const image = nativeImage.createEmpty();
  for (const scaleFactor of [1, 2]) {
    const size = 16 * scaleFactor;
    const buffer = readFileSync(join(icons, `tray-${icon}-${panel()}-${size}.png`));
    image.addRepresentation({ scaleFactor, width: size, height: size, buffer });
  }
  if (process.platform === 'darwin') image.setTemplateImage(true);
  return image;
}

export function openTray(options: TrayOptions): FloeTray {
  const { icons } = options;
  let drawn: TrayModel | undefined;
  const tray = new Tray(imageOf(icons, 'offline'));
  tray.on('click', () => options.show(undefined));
  const redraw = (): void => tray.setImage(imageOf(icons, drawn?.icon ?? 'offline'));
  nativeTheme.on('updated', redraw);

  const act = (action: TrayAction): void => {
    switch (action.kind) {
      case 'open':
        return options.show(action.place);
      case 'open-folder':
        return void shell.openPath(action.path);
      case 'pause':
        return options.call((connection) => connection.call('sync.pause', { untilMs: action.untilMs }));
      case 'resume':
        return options.call((connection) => connection.call('sync.resume', {}));
      case 'quit':
        return options.quit();
    }
  };
  const itemOf = (item: TrayItem): MenuItemConstructorOptions => {
    switch (item.kind) {
      case 'line':
        return { label: item.text, enabled: false };
      case 'separator':
        return { type: 'separator' };
      case 'action':
        return { label: item.text, click: () => act(item.action) };
      case 'menu':
        return { label: item.text, submenu: item.items.map(itemOf) };
    }
  };
  return {
    draw(news) {
      const model = trayModel(news, options.words(), options.nowMs());
      // Pauses are offered from now on; a menu that only differs in that is the same.
      if (drawn && isDeepStrictEqual(timeless(model), timeless(drawn))) return;
      if (drawn?.icon !== model.icon) tray.setImage(imageOf(icons, model.icon));
      drawn = model;
      tray.setToolTip(`Floe: ${model.sentence}`);
      tray.setContextMenu(Menu.buildFromTemplate(model.items.map(itemOf)));
    },
    close() {
      nativeTheme.off('updated', redraw);
      tray.destroy();
    },
  };
}

const timeless = (model: TrayModel): unknown =>
  JSON.parse(JSON.stringify(model, (key, value: unknown) => (key === 'untilMs' ? undefined : value)));
