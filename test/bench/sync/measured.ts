/**
 * Loaded by `node --import` before each measured server: frees unused memory and says what is left when the bench asks, and ends the server
 * when the bench is gone, however it went.
 */
const { gc } = globalThis;

process.on('message', () => {
  gc?.();
  gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ liveBytes: heapUsed + external });
});
process.on('disconnect', () => process.exit(1));
// The channel alone keeps no server running.
process.channel?.unref();
