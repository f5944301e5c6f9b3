/** A part of kafkajs that has no types of its own: see quick-produce.ts. */
declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  const produceRequests: unknown;
  export default produceRequests;
}
