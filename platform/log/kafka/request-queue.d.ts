/** A part of kafkajs that has no types of its own: see quiet-timers.ts. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  const requestQueue: unknown;
  export default requestQueue;
}
