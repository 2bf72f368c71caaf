/**
 * Draws the icons that are packed from their SVG, with the Chromium of this machine: the app's own, and the tray's in all states, black for macOS to colour,
 * and light and dark for panels. Run it after changing an SVG: node build/scripts/draw-icons.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openChromium } from '../window-driver/window-driver.ts';

const folder = join(import.meta.dirname, '../package');
const icons = join(folder, 'icons');
const browser = await openChromium();
const page = await browser.newPage();

async function draw(svg: string, size: number, color: string): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px;fill:${color}}</style>${svg.replaceAll('#000', color)}`,
  );
  return page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } });
}

/** By the panel they stand on; 'template' is coloured by macOS. */
const trayColors = { template: '#000000', 'on-dark': '#e5ecef', 'on-light': '#132027' };
const traySizes = [16, 32];

writeFileSync(join(folder, 'icon.png'), await draw(readFileSync(join(icons, 'app.svg'), 'utf8'), 1024, '#000'));
for (const name of readdirSync(icons).filter((each) => /^tray-.*\.svg$/.test(each))) {
  const svg = readFileSync(join(icons, name), 'utf8');
  for (const [panel, color] of Object.entries(trayColors))
    for (const size of traySizes)
      writeFileSync(join(icons, name.replace('.svg', `-${panel}-${size}.png`)), await draw(svg, size, color));
}
await browser.close();
