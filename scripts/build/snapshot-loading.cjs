// Runs first in the process that a snapshot is made of (snapshot.ts). What it leaves behind is in every process that starts from it.

let isLoading = true;

/** Numbers by chance that are drawn now would be the same in every process. */
function notWhileLoading(name, draw) {
  return (...args) => {
    if (isLoading) throw new Error(`${name}() was called while a module was loaded: every process that starts from the snapshot would have the same`);
    return draw(...args);
  };
}
for (const [owner, name] of [
  [crypto, 'getRandomValues'],
  [crypto, 'randomUUID'],
  [Math, 'random'],
]) {
  Object.defineProperty(owner, name, { configurable: true, writable: true, value: notWhileLoading(name, owner[name].bind(owner)) });
}

/** For node:http, which cannot be in a snapshot once it is loaded: what undici is told that asks while it is loaded. */
const MEANWHILE = {
  // It compares this with what has made a body: none of ours.
  IncomingMessage: null,
  // It asks again whenever it uses it.
  maxHeaderSize: 16_384,
};
const DRAWS = /random|generate/i;

globalThis.snapshot = {
  loaded() {
    isLoading = false;
  },
  /** One name of one of node's modules. */
  ofNode(module, name) {
    if (isLoading && module === 'http' && name in MEANWHILE) return MEANWHILE[name];
    const value = process.getBuiltinModule(`node:${module}`)[name];
    return isLoading && module === 'crypto' && DRAWS.test(name) ? notWhileLoading(name, value) : value;
  },
  /** What import.meta.url is in the bundle of the same process: that lies in the folder beside the snapshot, wherever the one that was started was put. */
  get fileUrl() {
    const { parseArgs } = process.getBuiltinModule('node:util');
    const { 'snapshot-blob': path } = parseArgs({ args: process.execArgv, options: { 'snapshot-blob': { type: 'string' } }, strict: false }).values;
    if (typeof path !== 'string') throw new Error('this process has to be started by node --snapshot-blob FILE');
    return process.getBuiltinModule('node:url').pathToFileURL(path.replace(/\.blob$/, '/main.js')).href;
  },
};
