/** What only a desktop shows or knows: recorded, so that a test can look at it and click on it. */
import { EventEmitter } from 'node:events';

class NativeImage {
  readonly shapes: { readonly width: number; readonly bytes: number }[] = [];
  addRepresentation({ width, buffer }: { readonly width: number; readonly buffer: Buffer }): void {
    this.shapes.push({ width, bytes: buffer.length });
  }
  setTemplateImage(): void {}
}
export const nativeImage = { createEmpty: (): NativeImage => new NativeImage() };
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: true });

export interface MenuTemplate {
  readonly label?: string;
  readonly type?: string;
  readonly enabled?: boolean;
  readonly click?: () => void;
  readonly submenu?: readonly MenuTemplate[];
}
export class Menu {
  readonly items: readonly MenuTemplate[];
  constructor(items: readonly MenuTemplate[] = []) {
    this.items = items;
  }
  static buildFromTemplate(items: readonly MenuTemplate[]): Menu {
    return new Menu(items);
  }
  static setApplicationMenu(): void {}
  /** The item with this label, wherever it stands. */
  find(label: string): MenuTemplate | undefined {
    const seek = (items: readonly MenuTemplate[]): MenuTemplate | undefined =>
      items.map((item) => (item.label === label ? item : seek(item.submenu ?? []))).find((item) => item !== undefined);
    return seek(this.items);
  }
}

export class Tray extends EventEmitter {
  static readonly all: Tray[] = [];
  image: NativeImage;
  toolTip = '';
  menu = new Menu();
  isGone = false;
  constructor(image: NativeImage) {
    super();
    this.image = image;
    Tray.all.push(this);
  }
  setImage(image: NativeImage): void {
    this.image = image;
  }
  setToolTip(text: string): void {
    this.toolTip = text;
    this.emit('drawn');
  }
  setContextMenu(menu: Menu): void {
    this.menu = menu;
    this.emit('drawn');
  }
  destroy(): void {
    this.isGone = true;
  }
}

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = [];
  static isSupported(): boolean {
    return true;
  }
  readonly title: string;
  readonly body: string;
  constructor({ title, body }: { readonly title: string; readonly body: string }) {
    super();
    this.title = title;
    this.body = body;
  }
  show(): void {
    Notification.shown.push(this);
  }
}

export const dialog = {
  /** What the user chooses next. */
  chosen: [] as string[],
  showOpenDialog(): Promise<{ readonly canceled: boolean; readonly filePaths: readonly string[] }> {
    const filePaths = dialog.chosen.splice(0, 1);
    return Promise.resolve({ canceled: filePaths.length === 0, filePaths });
  },
};
export const shell = {
  opened: [] as string[],
  openExternal(url: string): Promise<void> {
    shell.opened.push(url);
    return Promise.resolve();
  },
  openPath(path: string): Promise<string> {
    shell.opened.push(path);
    return Promise.resolve('');
  },
  showItemInFolder(path: string): void {
    shell.opened.push(path);
  },
};
export const powerMonitor = Object.assign(new EventEmitter(), { isOnBatteryPower: () => false });

type Permit = (contents: unknown, permission: string, answer: (may: boolean) => void) => void;
export const session = {
  defaultSession: {
    permit: undefined as Permit | undefined,
    check: undefined as (() => boolean) | undefined,
    setPermissionRequestHandler(permit: Permit): void {
      session.defaultSession.permit = permit;
    },
    setPermissionCheckHandler(check: () => boolean): void {
      session.defaultSession.check = check;
    },
  },
};
