/**
 * What runs in the page before any of its scripts: the preload with `contextBridge` and `ipcRenderer`, over one binding to the double that the page itself
 * cannot reach. Values are copied at the bridge, as Electron does.
 */
export const bindingName = '__electronDouble';
export const deliverName = 'electron-double.deliver';

const bridge = `
  const call = globalThis.${bindingName};
  delete globalThis.${bindingName};
  if (!call || window.top !== window) return;
  const hooks = new Map(), pipes = new Map();
  const pageEnd = (id) => {
    const { port1, port2 } = new MessageChannel();
    pipes.set(id, port1);
    port1.onmessage = ({ data }) => void call('port', id, data);
    port1.addEventListener('close', () => { if (pipes.delete(id)) void call('port-close', id); });
    return port2;
  };
  const deliver = {
    event: (channel, args, ports) => { for (const hook of [...(hooks.get(channel) ?? [])]) hook({ sender: ipcRenderer, ports: ports.map(pageEnd) }, ...args); },
    port: (id, data) => pipes.get(id)?.postMessage(data),
    close: (id) => { const port = pipes.get(id); pipes.delete(id); port?.close(); },
  };
  Object.defineProperty(globalThis, Symbol.for('${deliverName}'), { value: deliver });
  const ipcRenderer = {
    async invoke(channel, ...args) {
      const { error, value } = await call('invoke', channel, structuredClone(args));
      if (error !== undefined) throw new Error("Error invoking remote method '" + channel + "': " + error);
      return value;
    },
    send(channel, ...args) { void call('send', channel, structuredClone(args)); },
    on(channel, hook) { if (!hooks.has(channel)) hooks.set(channel, new Set()); hooks.get(channel).add(hook); return this; },
  };
  const cross = (value) => {
    if (typeof value === 'function') return (...args) => { const given = value(...args.map(cross)); return given instanceof Promise ? given.then(cross) : cross(given); };
    if (Array.isArray(value)) return Object.freeze(value.map(cross));
    if (value && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
      return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, each]) => [key, cross(each)])));
    return value && typeof value === 'object' ? structuredClone(value) : value;
  };
  const contextBridge = {
    exposeInMainWorld(name, api) {
      if (name in window) throw new Error('Cannot bind an API on top of an existing property');
      Object.defineProperty(window, name, { value: cross(api), enumerable: true });
    },
  };
  const require = (id) => {
    if (id === 'electron') return { contextBridge, ipcRenderer };
    throw new Error('module not found: ' + id);
  };
  const process = { platform: PLATFORM, versions: { electron: 'double' }, sandboxed: true, contextIsolated: true };
  const module = { exports: {} };
  (function (require, module, exports, process) {
PRELOAD
  })(require, module, module.exports, process);
`;

export const pageScript = (preload: string): string =>
  `(() => {${bridge.replace('PLATFORM', JSON.stringify(process.platform)).replace('PRELOAD', () => preload)}})();`;
